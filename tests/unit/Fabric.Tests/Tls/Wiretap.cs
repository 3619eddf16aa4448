using System.Net;
using System.Net.Sockets;

namespace K8sMediaFlow.Fabric.Tests.Tls;

/// <summary>Stands between the ends of one data connection, forwards everything and keeps a copy of it, or spoils a byte of it.</summary>
internal sealed class Wiretap : IDisposable
{
    private readonly TcpListener _door = new(IPAddress.Loopback, 0);
    private readonly MemoryStream _heard = new();
    private readonly List<Watched> _threads = [];
    private readonly IPEndPoint _target;
    private Socket? _near, _far;

    public Wiretap(IPEndPoint target)
    {
        _target = target;
        _door.Start();
        Start(Join);
    }

    /// <summary>The next byte that the sender sends is changed on its way.</summary>
    public volatile bool Spoils;

    public IPEndPoint Endpoint => (IPEndPoint)_door.LocalEndpoint;

    /// <summary>What has crossed, in both directions.</summary>
    public byte[] Heard
    {
        get
        {
            lock (_heard)
                return _heard.ToArray();
        }
    }

    public void Dispose()
    {
        _door.Stop();
        _near?.Close(0);
        _far?.Close(0);
        Watched[] all;
        lock (_threads)
            all = [.. _threads];
        foreach (var thread in all)
            thread.Join();
    }

    private void Join()
    {
        try
        {
            _near = _door.AcceptSocket();
            _far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _far.Connect(_target);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return;
        }
        Start(() => Forward(_near, _far, maySpoil: true));
        Start(() => Forward(_far, _near, maySpoil: false));
    }

    private void Forward(Socket from, Socket to, bool maySpoil)
    {
        var buffer = new byte[1 << 16];
        try
        {
            for (int count; (count = from.Receive(buffer)) > 0;)
            {
                if (maySpoil && Spoils)
                    buffer[count - 1] ^= 1;
                lock (_heard)
                    _heard.Write(buffer, 0, count);
                for (var sent = 0; sent < count;)
                    sent += to.Send(buffer, sent, count - sent, SocketFlags.None);
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            to.Close(0);
        }
    }

    private void Start(Action body)
    {
        lock (_threads)
            _threads.Add(Watched.Start(body));
    }
}
