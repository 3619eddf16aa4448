using System.Net;
using K8sMediaFlow.Native.Sockets;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>
/// One listening socket for all links of a sidecar. A thread of its own takes connections in, since a peer that connects may belong to any
/// open offer or to none, and gives each to the offer whose token it shows.
/// </summary>
internal sealed class TcpListener : IFabricListener
{
    private const int Backlog = 128;

    private readonly StreamSocket _socket;
    private readonly bool _isEncrypted;
    private readonly FabricOptions _options;
    private readonly List<TcpOffer> _offers = [];
    private readonly Thread _door;
    private bool _isDisposed;

    public TcpListener(IPEndPoint endpoint, bool isEncrypted, FabricOptions options)
    {
        (_isEncrypted, _options) = (isEncrypted, options);
        _socket = StreamSocket.Listen(endpoint, Backlog, opened => TcpTuning.Apply(opened, options), out var result)
            ?? throw TcpErrors.OfListen(result, endpoint);
        Endpoint = _socket.LocalEndpoint();
        _door = new Thread(new TokenAcceptor(_socket, this, options.HandshakeTimeout).Run) { IsBackground = true, Name = "fabric-door" };
        _door.Start();
    }

    public IPEndPoint Endpoint { get; }

    public IFabricOffer Open(uint epoch, ReadOnlySpan<byte> proposal, nint areaAddress, long areaLengthBytes,
        FabricIdentity? identity = null)
    {
        if (_isEncrypted)
            ArgumentNullException.ThrowIfNull(identity);
        if (!proposal.IsEmpty)
            throw new FabricException(FabricError.Incompatible, $"a Tcp proposal is empty, this one has {proposal.Length} bytes");
        lock (_offers)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var grants = new GrantTable(epoch, areaAddress, areaLengthBytes, _options.GrantsMax);
            var offer = new TcpOffer(this, epoch, grants, _isEncrypted ? identity : null, _options);
            _offers.Add(offer);
            return offer;
        }
    }

    /// <summary>
    /// Gives a connection to the offer that its preamble shows. One match uses the offer up. False: it belongs to no offer.
    /// </summary>
    public bool TryHandOver(ReadOnlySpan<byte> preamble, StreamSocket socket)
    {
        lock (_offers)
        {
            TcpOffer? shown = null;
            foreach (var offer in _offers)
                shown = offer.IsShownBy(preamble) ? offer : shown;
            if (shown is null)
                return false;
            _offers.Remove(shown);
            shown.Arrive(socket);
            return true;
        }
    }

    public void Withdraw(TcpOffer offer)
    {
        lock (_offers)
            _offers.Remove(offer);
    }

    public void Dispose()
    {
        TcpOffer[] open;
        lock (_offers)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            open = [.. _offers];
        }
        _socket.Shutdown();
        _door.Join();
        _socket.Dispose();
        foreach (var offer in open)
            offer.Dispose();
    }
}
