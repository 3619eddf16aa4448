using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sdk.Ports;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sdk;

/// <summary>
/// An output port. Back-pressure is felt where a loan is taken: <see cref="LoanAsync(CancellationToken)"/>, <see cref="ForwardAsync"/> and
/// their blocking twins wait for blocks of the port's quota and for room at the consumers. Sending a loan has no awaited form, since it
/// never waits: the loan holds the room that the frame needs. A port that waits takes nothing from another.
/// </summary>
/// <remarks>
/// Thread-safe. Frames of one port go out in the order of their sends; use a port from one thread at a time if that order matters. A port
/// has one awaited call at a time: a second one throws <see cref="InvalidOperationException"/>.
/// </remarks>
public sealed class FrameOutput
{
    private readonly MediaOperatorCore _core;
    private readonly OutputPort _port;
    private readonly SendWait _wait;

    internal FrameOutput(MediaOperatorCore core, OutputPort port, AsyncWaiter waiter) =>
        (_core, _port, _wait) = (core, port, new SendWait(core, waiter, port));

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

    /// <summary>A loan for one frame of the port's caps. No thread is blocked while it waits, and nothing is allocated.</summary>
    /// <param name="cancellationToken">Ends the wait at once. A token that is cancelled already takes nothing.</param>
    /// <exception cref="InvalidOperationException">
    /// The port's caps fix no size (name the size or the caps), or the port is complete, or another call of this port is awaited.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="MediaOperatorException">
    /// The operator has failed or was disposed; or the frame fits no block (<see cref="MediaOperatorError.FrameTooLarge"/>).
    /// </exception>
    public ValueTask<FrameLoan> LoanAsync(CancellationToken cancellationToken = default) =>
        _wait.StartLoan(Request(Caps), cancellationToken);

    /// <summary>A loan of so many payload bytes, awaited.</summary>
    /// <inheritdoc cref="LoanAsync(CancellationToken)"/>
    public ValueTask<FrameLoan> LoanAsync(int payloadBytes, CancellationToken cancellationToken = default) =>
        _wait.StartLoan(Request(Caps, payloadBytes), cancellationToken);

    /// <summary>A loan for one frame of the given caps, which may differ from the port's (no caps, a changing stream), awaited.</summary>
    /// <inheritdoc cref="LoanAsync(CancellationToken)"/>
    public ValueTask<FrameLoan> LoanAsync(FrameCaps caps, CancellationToken cancellationToken = default) =>
        _wait.StartLoan(Request(caps), cancellationToken);

    /// <summary>A loan of so many payload bytes for a frame of the given caps, awaited.</summary>
    /// <inheritdoc cref="LoanAsync(CancellationToken)"/>
    public ValueTask<FrameLoan> LoanAsync(FrameCaps caps, int payloadBytes, CancellationToken cancellationToken = default) =>
        _wait.StartLoan(Request(caps, payloadBytes), cancellationToken);

    /// <summary>
    /// A loan for one frame of the port's caps. Blocks the calling thread until there is one: on a thread of the thread pool use
    /// <see cref="LoanAsync(CancellationToken)"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The port's caps fix no size (name the size or the caps), or the port is complete.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and there was no room.</exception>
    /// <exception cref="MediaOperatorException">
    /// The operator has failed or was disposed; or the frame fits no block (<see cref="MediaOperatorError.FrameTooLarge"/>).
    /// </exception>
    public FrameLoan Loan(CancellationToken cancellationToken = default) => Wait(Request(Caps), cancellationToken);

    /// <summary>A loan of so many payload bytes. Blocks the calling thread.</summary>
    /// <inheritdoc cref="Loan(CancellationToken)"/>
    public FrameLoan Loan(int payloadBytes, CancellationToken cancellationToken = default) =>
        Wait(Request(Caps, payloadBytes), cancellationToken);

    /// <summary>A loan for one frame of the given caps, which may differ from the port's. Blocks the calling thread.</summary>
    /// <inheritdoc cref="Loan(CancellationToken)"/>
    public FrameLoan Loan(FrameCaps caps, CancellationToken cancellationToken = default) => Wait(Request(caps), cancellationToken);

    /// <summary>A loan of so many payload bytes for a frame of the given caps. Blocks the calling thread.</summary>
    /// <inheritdoc cref="Loan(CancellationToken)"/>
    public FrameLoan Loan(FrameCaps caps, int payloadBytes, CancellationToken cancellationToken = default) =>
        Wait(Request(caps, payloadBytes), cancellationToken);

    /// <summary>A loan for one frame of the port's caps, if there is a block and room at this moment. Never waits.</summary>
    /// <inheritdoc cref="Loan(CancellationToken)"/>
    public bool TryLoan(out FrameLoan loan) => TryTake(Request(Caps), out loan);

    /// <summary>A loan of so many payload bytes, if there is a block and room at this moment. Never waits.</summary>
    /// <inheritdoc cref="Loan(CancellationToken)"/>
    public bool TryLoan(int payloadBytes, out FrameLoan loan) => TryTake(Request(Caps, payloadBytes), out loan);

    /// <summary>
    /// Passes a received frame on without copying its payload: a fresh envelope with its metadata and what <paramref name="change"/> sets.
    /// Its bytes stay borrowed until the consumers have given the forward back, whether or not <paramref name="frame"/> is disposed later.
    /// Waits like a loan; no thread is blocked meanwhile, and nothing is allocated.
    /// </summary>
    /// <param name="frame">A frame that is held, until the call has ended.</param>
    /// <param name="change">
    /// Sets or replaces metadata; runs before the call returns. A static lambda or a cached delegate allocates nothing.
    /// </param>
    /// <param name="cancellationToken">Ends the wait at once, with nothing sent. A token that is cancelled already sends nothing.</param>
    /// <exception cref="ObjectDisposedException">The frame was given back before it was sent.</exception>
    /// <exception cref="InvalidOperationException">
    /// A frame of this identity has gone out on this port already, or the port is complete, or another call of this port is awaited.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="MediaOperatorException">
    /// The operator has failed or was disposed; or the consumers did not learn of the payload's region in time
    /// (<see cref="MediaOperatorError.Timeout"/>).
    /// </exception>
    public ValueTask ForwardAsync(Frame frame, Action<FrameMetadata>? change = null, CancellationToken cancellationToken = default) =>
        _wait.StartForward(Forwarding.Prepare(_core, _port, frame, change), cancellationToken);

    /// <summary>
    /// Passes a received frame on as <see cref="ForwardAsync"/> does. Blocks the calling thread while it waits: on a thread of the thread
    /// pool use <see cref="ForwardAsync"/>.
    /// </summary>
    /// <inheritdoc cref="ForwardAsync"/>
    public void Forward(Frame frame, Action<FrameMetadata>? change = null, CancellationToken cancellationToken = default)
    {
        var forward = Forwarding.Prepare(_core, _port, frame, change);
        try
        {
            if (TrySend(ref forward))
                return;
            _port.CountWait();
            var wait = new CoreWait(_core, cancellationToken);
            while (!TrySend(ref forward))
                wait.Again();
        }
        finally
        {
            forward.Release();
        }
    }

    /// <summary>
    /// Says that the next <paramref name="count"/> sequences of the port's own stream do not come, so that no consumer waits for them.
    /// </summary>
    /// <exception cref="InvalidOperationException">The port inherits its identities: dispose the inputs instead.</exception>
    public void SendGap(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        lock (_core.Gate)
        {
            _port.ThrowIfOver();
            if (_port.OwnStream == 0)
                throw new InvalidOperationException(
                    $"Output '{Name}' continues its inputs' sequences: an input that is disposed without output leaves the gap by itself.");
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
            _port.ThrowIfOver();
            return _port.OpenStream();
        }
    }

    /// <summary>
    /// Ends the port's stream: consumers end when they have received everything. Nothing can be sent afterwards. A second call does
    /// nothing.
    /// </summary>
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
        // A caller that waits for room on this port has nothing to wait for any more.
        _core.Doorbell.Wake();
    }

    private LoanRequest Request(FrameCaps? caps) => caps is { PayloadBytes: > 0 } ? new LoanRequest(caps, caps.PayloadBytes)
        : throw new InvalidOperationException(
            $"The caps of output '{Name}' ({caps?.ToString() ?? "none"}) fix no payload size: name the size or other caps.");

    private static LoanRequest Request(FrameCaps? caps, int payloadBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadBytes);
        return new LoanRequest(caps, payloadBytes);
    }

    private FrameLoan Wait(LoanRequest request, CancellationToken cancellationToken)
    {
        if (TryTake(request, out var loan))
            return loan;
        _port.CountWait();
        var wait = new CoreWait(_core, cancellationToken);
        while (!TryTake(request, out loan))
            wait.Again();
        return loan;
    }

    private bool TryTake(LoanRequest request, out FrameLoan loan)
    {
        lock (_core.Gate)
        {
            _core.ThrowIfFailed();
            _core.Poll();
            return request.TryTake(_core, _port, out loan);
        }
    }

    private bool TrySend(ref Forwarding forward)
    {
        lock (_core.Gate)
        {
            _core.ThrowIfFailed();
            _core.Poll();
            return forward.TrySend();
        }
    }
}
