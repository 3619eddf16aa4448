using System.Diagnostics;
using K8sMediaFlow.Native.Sockets;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>A leave to connect, and the place where the connection waits for its receiver.</summary>
internal sealed class TcpOffer : IFabricOffer
{
    private readonly object _gate = new();
    private readonly TcpListener _listener;
    private readonly TcpToken _token = TcpToken.Create();
    private readonly GrantTable _grants;
    private readonly byte[] _bytes;
    private StreamSocket? _arrived;
    private bool _isDisposed;

    public TcpOffer(TcpListener listener, uint epoch, GrantTable grants)
    {
        _listener = listener;
        _grants = grants;
        Epoch = epoch;
        _bytes = new TcpOfferPayload(listener.Endpoint, epoch, _token.Bytes.ToArray()).ToBytes();
    }

    public uint Epoch { get; }

    public ReadOnlyMemory<byte> Bytes => _bytes;

    public bool IsShownBy(ReadOnlySpan<byte> preamble) => TcpPreamble.Shows(preamble, Epoch, _token);

    public void Arrive(StreamSocket socket)
    {
        lock (_gate)
        {
            Invariant.That(_arrived is null);
            if (_isDisposed)
                socket.Dispose();
            else
                _arrived = socket;
            Monitor.PulseAll(_gate);
        }
    }

    public IFabricReceiver Accept(TimeSpan deadline)
    {
        var startedTicks = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            while (_arrived is null && !_isDisposed && deadline - Stopwatch.GetElapsedTime(startedTicks) is { Ticks: > 0 } left)
                Monitor.Wait(_gate, left);
            if (_isDisposed)
                throw new FabricException(FabricError.Aborted, "the offer was withdrawn");
            var socket = _arrived ?? throw new FabricException(FabricError.Deadline, $"no sender showed the token of epoch {Epoch}");
            _arrived = null;
            return new TcpReceiver(socket, _grants);
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
            Monitor.PulseAll(_gate);
        }
    }
}
