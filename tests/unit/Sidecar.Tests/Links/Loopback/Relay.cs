using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace K8sMediaFlow.Sidecar.Tests.Links.Loopback;

/// <summary>Stands between a link's ends on the control connection: forwards, cuts by reset, or swallows what comes.</summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private readonly List<Thread> _threads = [];
    private readonly IPAddress _target, _from;
    private volatile int _targetPort;
    private volatile bool _isStalled;
    private volatile bool _closing;

    public Relay(int targetPort)
        : this(new IPEndPoint(IPAddress.Loopback, targetPort), IPAddress.Any)
    {
    }

    /// <param name="target">Where it forwards to.</param>
    /// <param name="from">As whom: ends of links know each other's addresses.</param>
    public Relay(IPEndPoint target, IPAddress from)
    {
        (_target, _targetPort, _from) = (target.Address, target.Port, from);
        _listener.Start();
        Start(Accept);
    }

    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Nothing is forwarded, and nothing is closed: as a peer that hangs.</summary>
    public bool IsStalled
    {
        set => _isStalled = value;
    }

    public int TargetPort
    {
        set => _targetPort = value;
    }

    /// <summary>Its connections stay open, and what is sent to them is not acknowledged: as a machine that is gone.</summary>
    public void Vanish()
    {
        foreach (var socket in _sockets.Keys)
            socket.Deafen();
    }

    public void CutAll()
    {
        foreach (var socket in _sockets.Keys)
            Reset(socket);
    }

    public void Dispose()
    {
        _closing = true;
        _listener.Stop();
        CutAll();
        lock (_threads)
            _threads.ForEach(thread => thread.Join(TimeSpan.FromSeconds(20)).ShouldBeTrue());
    }

    private void Accept()
    {
        while (!_closing)
        {
            try
            {
                var (near, far) = (_listener.AcceptSocket(), new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                (_sockets[near], _sockets[far]) = (true, true);
                Start(() => Join(near, far));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // Closing, or reset in the queue.
            }
        }
    }

    private void Join(Socket near, Socket far)
    {
        try
        {
            far.Bind(new IPEndPoint(_from, 0));
            far.Connect(_target, _targetPort);
            Start(() => Forward(far, near));
            Forward(near, far);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Reset(near);
            Reset(far);
        }
    }

    private void Forward(Socket from, Socket to)
    {
        var buffer = new byte[16384];
        try
        {
            int count;
            while ((count = from.Receive(buffer)) > 0)
            {
                while (_isStalled && !_closing)
                    Thread.Sleep(5);
                to.Send(buffer, count, SocketFlags.None);
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Reset(from);
            Reset(to);
        }
    }

    private void Reset(Socket socket)
    {
        _sockets.TryRemove(socket, out _);
        socket.Close(0);
    }

    private void Start(Action run)
    {
        var thread = new Thread(() => run()) { IsBackground = true };
        lock (_threads)
            _threads.Add(thread);
        thread.Start();
    }
}
