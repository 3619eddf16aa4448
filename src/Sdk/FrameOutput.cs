using K8sMediaFlow.Sdk.Ports;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk;

/// <summary>
/// An output port. Back-pressure is felt where a loan is taken: <see cref="Loan(CancellationToken)"/> and <see cref="Forward"/> wait for
/// blocks of the port's quota and for room at the consumers; sending a loan never waits. A port that waits takes nothing from another.
/// Frames of one port go out in the order of their sends; use a port from one thread at a time if that order matters.
/// </summary>
public sealed class FrameOutput
{
    private readonly MediaOperatorCore _core;
    private readonly OutputPort _port;

    internal FrameOutput(MediaOperatorCore core, OutputPort port) => (_core, _port) = (core, port);

    /// <summary>Name of the port in the pipeline.</summary>
    public string Name => _port.Plan.Name;

    /// <summary>What the pipeline says of the frames that go out; null where it says nothing.</summary>
    public FrameCaps? Caps => _port.Plan.Caps;

    /// <summary>Frames and notices that were sent and are not done.</summary>
    public int InFlight
    {
        get
        {
            lock (_core.Gate)
                return _port.Fan.InFlight;
        }
    }

    /// <summary>A loan for one frame of the port's caps. Waits.</summary>
    /// <exception cref="InvalidOperationException">The port's caps fix no size (name the size or the caps), or the port is complete.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="MediaOperatorException">The operator has failed or was disposed; or the frame fits no block (<see cref="MediaOperatorError.FrameTooLarge"/>).</exception>
    public FrameLoan Loan(CancellationToken cancellation = default) => Wait(Caps, SizeOf(Caps), cancellation);

    /// <summary>A loan of so many payload bytes. Waits.</summary>
    /// <inheritdoc cref="Loan(CancellationToken)"/>
    public FrameLoan Loan(int payloadBytes, CancellationToken cancellation = default) => Wait(Caps, payloadBytes, cancellation);

    /// <summary>A loan for one frame of the given caps, which may differ from the port's (a port without caps, a stream that changes). Waits.</summary>
    /// <inheritdoc cref="Loan(CancellationToken)"/>
    public FrameLoan Loan(FrameCaps caps, CancellationToken cancellation = default) => Wait(caps, SizeOf(caps), cancellation);

    /// <summary>A loan of so many payload bytes for a frame of the given caps. Waits.</summary>
    /// <inheritdoc cref="Loan(CancellationToken)"/>
    public FrameLoan Loan(FrameCaps caps, int payloadBytes, CancellationToken cancellation = default) => Wait(caps, payloadBytes, cancellation);

    /// <summary>A loan for one frame of the port's caps, if there is a block and room at this moment. Never waits.</summary>
    /// <inheritdoc cref="Loan(CancellationToken)"/>
    public bool TryLoan(out FrameLoan loan) => TryLoan(Caps, SizeOf(Caps), out loan);

    /// <summary>A loan of so many payload bytes, if there is a block and room at this moment. Never waits.</summary>
    /// <inheritdoc cref="Loan(CancellationToken)"/>
    public bool TryLoan(int payloadBytes, out FrameLoan loan) => TryLoan(Caps, payloadBytes, out loan);

    /// <summary>
    /// Passes a received frame on without copying its payload: a fresh envelope with its metadata and what <paramref name="change"/> sets.
    /// Its bytes stay borrowed until the consumers have given the forward back, whether or not <paramref name="frame"/> is disposed. Waits like a loan.
    /// </summary>
    /// <param name="frame">A frame that is held.</param>
    /// <param name="change">Sets or replaces metadata. A static lambda or a cached delegate allocates nothing.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">A frame of this identity has gone out on this port already, or the port is complete.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="MediaOperatorException">
    /// The operator has failed or was disposed; or the consumers did not learn of the payload's region in time (<see cref="MediaOperatorError.Timeout"/>).
    /// </exception>
    public void Forward(Frame frame, Action<FrameMetadata>? change = null, CancellationToken cancellation = default)
    {
        var metadata = _core.TakeMetadata();
        try
        {
            frame.Slot.ReadMetadata(metadata);
            metadata.ReadOnly = false;
            change?.Invoke(metadata);
            var forward = new Forwarding(_core, _port, frame, metadata);
            if (forward.TrySend())
                return;
            var wait = new CoreWait(_core, cancellation);
            while (!forward.TrySend())
                wait.Again();
        }
        finally
        {
            _core.GiveMetadata(metadata);
        }
    }

    /// <summary>Says that the next <paramref name="count"/> sequences of the port's own stream do not come, so that nobody waits for them.</summary>
    /// <exception cref="InvalidOperationException">The port inherits its identities: dispose the inputs instead.</exception>
    public void SendGap(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        lock (_core.Gate)
        {
            ThrowIfOver();
            if (_port.OwnStream == 0)
                throw new InvalidOperationException($"Output '{Name}' continues its inputs' sequences: an input that is disposed without output leaves the gap by itself.");
            var (stream, sequence) = _port.Next();
            _port.PostGap(stream, sequence, (uint)count, GapCause.Dropped, -1);
        }
    }

    /// <summary>
    /// Opens a new stream: from here on frames of this port have its identities, not their inputs'. For sources that cannot continue
    /// their sequence and for operators whose outputs are not one to one with inputs (rate changers, mixers). Returns the stream's number.
    /// </summary>
    public ulong OpenStream()
    {
        lock (_core.Gate)
        {
            ThrowIfOver();
            return _port.OpenStream();
        }
    }

    /// <summary>Ends the port's stream: consumers end when they have received everything. Nothing can be sent afterwards. A second call does nothing.</summary>
    /// <exception cref="MediaOperatorException">The operator has failed or was disposed: its stream has not ended.</exception>
    public void Complete()
    {
        lock (_core.Gate)
        {
            if (_port.IsComplete)
                return;
            _core.ThrowIfFailed();
            _core.Complete(_port);
        }
    }

    private int SizeOf(FrameCaps? caps) => caps is { PayloadBytes: > 0 } ? caps.PayloadBytes
        : throw new InvalidOperationException($"The caps of output '{Name}' ({caps?.ToString() ?? "none"}) fix no payload size: name the size or other caps.");

    private FrameLoan Wait(FrameCaps? caps, int payloadBytes, CancellationToken cancellation)
    {
        if (TryLoan(caps, payloadBytes, out var loan))
            return loan;
        var wait = new CoreWait(_core, cancellation);
        while (!TryLoan(caps, payloadBytes, out loan))
            wait.Again();
        return loan;
    }

    private bool TryLoan(FrameCaps? caps, int payloadBytes, out FrameLoan loan)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadBytes);
        loan = default;
        lock (_core.Gate)
        {
            ThrowIfOver();
            _core.Poll();
            if (_core.Region is not { } region)
                return false;
            ThrowIfTooLarge(region.LargestBytes, payloadBytes);
            if (!_port.HasRoom || !region.Writer.TryTake(1, _port.Quota, out var envelope))
                return false;
            BlockRef payload = default;
            if (payloadBytes > 0 && !region.Writer.TryTake(payloadBytes, _port.Quota, out payload))
            {
                region.Writer.Release(envelope);
                return false;
            }
            var slot = _core.TakeLoan();
            slot.Open(_port, caps, region, envelope, payload, payloadBytes);
            loan = new FrameLoan(slot);
            return true;
        }
    }

    private void ThrowIfTooLarge(long largestBytes, int payloadBytes)
    {
        var blocks = payloadBytes > 0 ? 2 : 1;
        if (payloadBytes > largestBytes || blocks > _port.Quota.LimitBlocks)
            throw new MediaOperatorException(MediaOperatorError.FrameTooLarge,
                $"A frame of {payloadBytes} bytes on output '{Name}' needs {blocks} blocks; the region's largest block has {largestBytes} bytes, the port's quota is {_port.Quota.LimitBlocks} blocks.");
    }

    private void ThrowIfOver()
    {
        _core.ThrowIfFailed();
        if (_port.IsComplete)
            throw new InvalidOperationException($"Output '{Name}' is complete: nothing can be sent after the end of its stream.");
    }
}
