using System.Diagnostics;
using K8sMediaFlow.Native.Sockets;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>
/// A leave to connect, and the place where the connection waits for its receiver. With TLS the handshake begins when the connection comes,
/// on a thread that ends with it: the sender finishes its own before it says that it is ready, and only then is a receiver asked for.
/// </summary>
internal sealed class TcpOffer : IFabricOffer
{
    private readonly object _gate = new();
    private readonly TcpListener _listener;
    private readonly TcpToken _token = TcpToken.Create();
    private readonly GrantTable _grants;
    private readonly byte[] _bytes;
    private readonly FabricIdentity? _identity;
    private readonly FabricOptions _options;
    private ITcpChannel? _arrived;
    private StreamSocket? _inHandshake;
    private FabricException? _failure;
    private bool _isDisposed;

    /// <param name="listener">Where its sender connects.</param>
    /// <param name="epoch">Which epoch.</param>
    /// <param name="grants">What the sender may write into.</param>
    /// <param name="identity">Null where the connection is not encrypted.</param>
    /// <param name="options">The listener's.</param>
    public TcpOffer(TcpListener listener, uint epoch, GrantTable grants, FabricIdentity? identity, FabricOptions options)
    {
        _listener = listener;
        _grants = grants;
        (_identity, _options) = (identity, options);
        Epoch = epoch;
        _bytes = new TcpOfferPayload(listener.Endpoint, epoch, _token.Bytes.ToArray()).ToBytes();
    }

    public uint Epoch { get; }

    public ReadOnlyMemory<byte> Bytes => _bytes;

    public bool IsShownBy(ReadOnlySpan<byte> preamble) => TcpPreamble.Shows(preamble, Epoch, _token);

    public void Arrive(StreamSocket socket)
    {
        if (_identity is null)
        {
            Keep(new PlainChannel(socket));
            return;
        }
        lock (_gate)
            _inHandshake = socket;
        new Thread(() => Secure(socket, _identity)) { IsBackground = true, Name = "fabric-tls" }.Start();
    }

    public IFabricReceiver Accept(TimeSpan deadline)
    {
        var startedTicks = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            while (_arrived is null && _failure is null && !_isDisposed
                && deadline - Stopwatch.GetElapsedTime(startedTicks) is { Ticks: > 0 } left)
                Monitor.Wait(_gate, left);
            if (_isDisposed)
                throw new FabricException(FabricError.Aborted, "the offer was withdrawn");
            if (_failure is not null)
                throw new FabricException(_failure.Error, _failure.Message, _failure);
            var channel = _arrived ?? throw new FabricException(FabricError.Deadline, _inHandshake is null
                ? $"no sender showed the token of epoch {Epoch}"
                : $"the sender of epoch {Epoch} has not finished its TLS handshake");
            _arrived = null;
            return new TcpReceiver(channel, _grants);
        }
    }

    public void Dispose()
    {
        _listener.Withdraw(this);
        lock (_gate)
        {
            _isDisposed = true;
            _arrived?.Dispose();
            _arrived = null;
            _inHandshake?.Shutdown();
            Monitor.PulseAll(_gate);
        }
    }

    private void Secure(StreamSocket socket, FabricIdentity identity)
    {
        try
        {
            Keep(TlsChannel.Accept(socket, identity, _options, _options.HandshakeTimeout));
        }
        catch (FabricException failure)
        {
            Refuse(socket, failure);
        }
    }

    private void Keep(ITcpChannel channel)
    {
        lock (_gate)
        {
            Invariant.That(_arrived is null);
            _inHandshake = null;
            if (_isDisposed)
                channel.Dispose();
            else
                _arrived = channel;
            Monitor.PulseAll(_gate);
        }
    }

    private void Refuse(StreamSocket socket, FabricException failure)
    {
        lock (_gate)
        {
            _inHandshake = null;
            _failure = failure;
            Monitor.PulseAll(_gate);
        }
        socket.Dispose();
    }
}
