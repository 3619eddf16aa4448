using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using K8sMediaFlow.Links.Connection;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Fabrics;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links;

/// <summary>
/// The one TLS control listener of a sidecar: authenticates who dials, reads the hello and hands the connection to the link that it names.
/// </summary>
public sealed class LinkListener : IDisposable
{
    private readonly Socket? _socket;
    private readonly string _pipeline;
    private readonly ILinkFabrics _fabrics;
    private readonly Func<LinkCredentials> _credentials;
    private readonly LinkOptions _options;
    private readonly ConcurrentDictionary<(string Edge, string Pod), InboundLink> _links = new();
    private readonly ConcurrentDictionary<LinkLoss, long> _refusals = new();
    private readonly ConcurrentDictionary<ControlConnection, ILinkThread?> _connections = new();
    private LinkThread? _accepting;
    private readonly List<Handshake> _handshakes = [];
    private volatile bool _closing;

    /// <summary>Nothing is accepted before <see cref="Start"/>, but the port is taken at once.</summary>
    /// <param name="endpoint">Address and port (0 = any).</param>
    /// <param name="pipeline">"namespace/pipeline" that this sidecar serves.</param>
    /// <param name="fabrics">What the data connections of all links may travel over. Belongs to the caller.</param>
    /// <param name="credentials">Asked anew for each connection.</param>
    /// <param name="options">Times and limits.</param>
    /// <exception cref="SocketException">The port is in use.</exception>
    public LinkListener(IPEndPoint endpoint, string pipeline, ILinkFabrics fabrics,
        Func<LinkCredentials> credentials, LinkOptions options)
        : this(pipeline, fabrics, credentials, options)
    {
        _socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(endpoint);
            _socket.Listen(128);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
        LocalEndpoint = (IPEndPoint)_socket.LocalEndPoint!;
    }

    /// <summary>One without a port: a simulation brings the connections, by <see cref="Take"/>.</summary>
    internal LinkListener(string pipeline, ILinkFabrics fabrics, Func<LinkCredentials> credentials, LinkOptions options)
    {
        (_pipeline, _fabrics, _credentials, _options) = (pipeline, fabrics, credentials, options);
        LocalEndpoint = new IPEndPoint(IPAddress.None, 0);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint LocalEndpoint { get; }

    /// <summary>Where its threads come from.</summary>
    internal LinkPlatform Platform { private get; init; } = LinkPlatform.Machine;

    /// <summary>Connections refused so far, by reason.</summary>
    public IReadOnlyDictionary<LinkLoss, long> Refusals => _refusals;

    /// <summary>Begins to accept.</summary>
    public void Start() => _accepting = LinkThread.Start("links accept", () =>
    {
        Accept();
        return default;
    });

    /// <summary>Connections that name this link's edge and peer pod go to it from now on. One link per edge and peer pod.</summary>
    public void Add(InboundLink link)
    {
        if (!_links.TryAdd((link.Endpoint.Edge, link.Endpoint.PeerPod), link))
            throw new InvalidOperationException($"{link.Endpoint.Edge} from {link.Endpoint.PeerPod} has a link already.");
    }

    /// <summary>No more connections to this link; the living one is the link's own affair.</summary>
    public void Remove(InboundLink link) =>
        _links.TryRemove(new KeyValuePair<(string, string), InboundLink>((link.Endpoint.Edge, link.Endpoint.PeerPod), link));

    /// <summary>Closes the port and every connection, and joins all threads; dispose it before the fabrics.</summary>
    public void Dispose()
    {
        _closing = true;
        _socket?.Close();
        _accepting?.Join();
        foreach (var connection in _connections.Keys)
            connection.Abort();
        foreach (var thread in _connections.Values)
            thread?.Join();
    }

    private void Accept()
    {
        while (!_closing)
        {
            try
            {
                Take(_socket!.Accept());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OutOfMemoryException)
            {
                // A connection that was reset in the queue, or no descriptors or threads left; the pause keeps the latter from spinning.
                if (!_closing)
                    Thread.Sleep(10);
            }
        }
    }

    private void Take(Socket socket)
    {
        try
        {
            Take(TlsControlConnection.ForAccepted(socket, _options.SilenceMax));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Begins to serve a connection that was accepted.</summary>
    internal void Take(ControlConnection connection)
    {
        if (!TryMakeRoom())
        {
            connection.Dispose();
            Count(LinkLoss.PeerLeft);
            return;
        }
        Handshake? handshake = null;
        try
        {
            handshake = new Handshake(this, connection);
            _connections[connection] = null;
            var thread = Platform.Start("link control", () => Serve(connection, handshake));
            _connections.TryUpdate(connection, thread, null);
        }
        catch
        {
            if (handshake is not null)
                _connections.TryRemove(handshake.Connection, out _);
            handshake?.Dispose();
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Any process in the cluster may connect. Where all places are taken, the connection that has shown no certificate for longest makes
    /// room: a peer shows its own at once.
    /// </summary>
    private bool TryMakeRoom()
    {
        Handshake? silent;
        lock (_handshakes)
        {
            if (_handshakes.Count < _options.HandshakesMax)
                return true;
            silent = _handshakes.Find(one => !one.Connection.IsAuthenticated);
        }
        silent?.Dispose();
        silent?.Connection.Abort();
        return silent is not null;
    }

    private async ValueTask Serve(ControlConnection connection, Handshake handshake)
    {
        try
        {
            using var timer = connection.AbortAfter(_options.OpenDeadline, _options.HungMax, _options.Clock);
            handshake.Timer = timer;
            await Route(connection, handshake).ConfigureAwait(false);
        }
        catch (Exception e) when (LinkException.IsExpected(e))
        {
            Refuse(connection, LinkException.Of(e));
        }
        finally
        {
            handshake.Dispose();
            connection.Dispose();
            _connections.TryRemove(connection, out _);
        }
    }

    private async ValueTask Route(ControlConnection connection, Handshake handshake)
    {
        var credentials = _credentials();
        var hello = await Platform.RunApart(() => Hear(connection, credentials)).ConfigureAwait(false);
        if (!_links.TryGetValue((hello.Edge, hello.SenderPod), out var link))
            throw new LinkException(LinkLoss.UnknownEdge, $"no link of edge {hello.Edge} from pod {hello.SenderPod}");
        // A certificate says which media operator it is, not which replica: those have their addresses. As an unknown edge: its plan may be
        // ahead of ours.
        if (!link.Endpoint.IsAt(connection.PeerAddress)
            && _links.Values.FirstOrDefault(one => one.Endpoint.IsAt(connection.PeerAddress)) is { } other)
            throw new LinkException(LinkLoss.UnknownEdge,
                $"by the plan, {connection.PeerAddress} is pod {other.Endpoint.PeerPod} and not pod {hello.SenderPod}");
        await link.Serve(connection, hello, _fabrics, credentials, handshake).ConfigureAwait(false);
    }

    private async ValueTask<InboundHello> Hear(ControlConnection connection, LinkCredentials credentials)
    {
        connection.AuthenticateAsAcceptor(credentials);
        await connection.AwaitMessage().ConfigureAwait(false);
        return HelloReader.Read(connection.Receive(), _pipeline, _fabrics.Now.ProtocolLowest);
    }

    /// <summary>Counts, and tells the peer why if it can still hear. Before TLS is established, the peer is told nothing.</summary>
    private void Refuse(ControlConnection connection, LinkException why)
    {
        Count(why.Loss);
        if (!connection.IsAuthenticated)
            return;
        try
        {
            ControlMessages.Refuse(connection, why);
        }
        catch (Exception e) when (LinkException.IsExpected(e))
        {
            // The peer went away first.
        }
    }

    private void Count(LinkLoss loss) => _refusals.AddOrUpdate(loss, 1, static (_, count) => count + 1);

    /// <summary>
    /// A place among the handshakes under work, with its deadline; disposed when the link is ready or the connection over.
    /// </summary>
    private sealed class Handshake : IDisposable
    {
        private readonly LinkListener _owner;

        public Handshake(LinkListener owner, ControlConnection connection)
        {
            (_owner, Connection) = (owner, connection);
            lock (owner._handshakes)
            {
                owner._handshakes.Add(this);
                Invariant.That(owner._handshakes.Count <= owner._options.HandshakesMax);
            }
        }

        public ControlConnection Connection { get; }

        public IDisposable? Timer { get; set; }

        public void Dispose()
        {
            Timer?.Dispose();
            lock (_owner._handshakes)
                _owner._handshakes.Remove(this);
        }
    }
}
