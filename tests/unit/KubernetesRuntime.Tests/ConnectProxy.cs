using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

/// <summary>An HTTP proxy that tunnels to addresses of this machine (CONNECT), as the proxy-url of a kubeconfig names one.</summary>
internal sealed class ConnectProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, bool> _clients = new();
    private volatile bool _isClosed;
    private volatile int _stalled;

    public ConnectProxy()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Address and port of every tunnel.</summary>
    public ConcurrentQueue<string> Targets { get; } = new();

    /// <summary>Cuts all tunnels and admits none until <see cref="Open"/>.</summary>
    public void Close()
    {
        _isClosed = true;
        foreach (var client in _clients.Keys)
            client.Dispose();
    }

    public void Open() => _isClosed = false;

    /// <summary>The tunnels of now carry nothing any more, and stay open: as a firewall that has forgotten them. Later ones do.</summary>
    public void Stall() => _stalled = Targets.Count;

    public void Dispose()
    {
        _listener.Dispose();
        Close();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            _clients[client] = true;
            try
            {
                if (!_isClosed)
                    await CarryAsync(client.GetStream(), server);
            }
            catch (Exception cut) when (cut is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
            }
            _clients.TryRemove(client, out _);
        }
    }

    private async Task CarryAsync(NetworkStream client, TcpClient server)
    {
        var target = await ReadTargetAsync(client);
        await server.ConnectAsync(IPEndPoint.Parse(target));
        Targets.Enqueue(target);
        var number = Targets.Count;
        await client.WriteAsync("HTTP/1.1 200 Connected\r\n\r\n"u8.ToArray());
        await Task.WhenAny(CopyAsync(client, server.GetStream(), number), CopyAsync(server.GetStream(), client, number));
    }

    /// <summary>Of the request's first line. The client sends nothing behind its header before it has the answer.</summary>
    private static async Task<string> ReadTargetAsync(NetworkStream client)
    {
        using var reader = new StreamReader(client, leaveOpen: true);
        var words = (await reader.ReadLineAsync() ?? throw new EndOfStreamException()).Split(' ');
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
        }
        return words[0] == "CONNECT" ? words[1] : throw new IOException($"{words[0]} is not CONNECT");
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, int number)
    {
        var buffer = new byte[16384];
        for (int count; (count = await from.ReadAsync(buffer)) > 0;)
        {
            if (number > _stalled)
                await to.WriteAsync(buffer.AsMemory(0, count));
        }
    }
}
