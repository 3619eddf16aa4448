#pragma warning disable CA1822 // the bodies follow
using System.Diagnostics.CodeAnalysis;

namespace K8sMediaFlow.OperatorSdk;

/// <summary>
/// An output port. Back-pressure is felt where a loan is taken: <see cref="Loan(CancellationToken)"/> and <see cref="Forward"/> wait for
/// blocks of the port's quota and for room at the consumers; sending a loan never waits. A port that waits takes nothing from another.
/// </summary>
public sealed class FrameOutput
{
    internal FrameOutput(string name, FrameCaps? caps) => (Name, Caps) = (name, caps);

    /// <summary>Name of the port in the pipeline.</summary>
    public string Name { get; }

    /// <summary>What the pipeline says of the frames that go out; null where it says nothing.</summary>
    public FrameCaps? Caps { get; }

    /// <summary>A loan for one frame of the port's caps. Waits.</summary>
    /// <exception cref="InvalidOperationException">The port's caps fix no size: name the size or the caps.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="MediaOperatorException">The operator has failed or was disposed; or the frame fits no block (<see cref="MediaOperatorError.FrameTooLarge"/>).</exception>
    public FrameLoan Loan(CancellationToken cancellation = default) => throw new InvalidOperationException();

    /// <summary>A loan of so many payload bytes. Waits.</summary>
    /// <inheritdoc cref="Loan(CancellationToken)"/>
    public FrameLoan Loan(int payloadBytes, CancellationToken cancellation = default) => throw new InvalidOperationException();

    /// <summary>A loan for one frame of the given caps, which may differ from the port's (a port without caps, a stream that changes). Waits.</summary>
    /// <inheritdoc cref="Loan(CancellationToken)"/>
    public FrameLoan Loan(FrameCaps caps, CancellationToken cancellation = default) => throw new InvalidOperationException();

    /// <summary>A loan of so many payload bytes for a frame of the given caps. Waits.</summary>
    /// <inheritdoc cref="Loan(CancellationToken)"/>
    public FrameLoan Loan(FrameCaps caps, int payloadBytes, CancellationToken cancellation = default) => throw new InvalidOperationException();

    /// <summary>A loan for one frame of the port's caps, if there is a block and room at this moment. Never waits.</summary>
    public bool TryLoan([NotNullWhen(true)] out FrameLoan? loan)
    {
        loan = null;
        return false;
    }

    /// <summary>A loan of so many payload bytes, if there is a block and room at this moment. Never waits.</summary>
    public bool TryLoan(int payloadBytes, [NotNullWhen(true)] out FrameLoan? loan)
    {
        loan = null;
        return false;
    }

    /// <summary>
    /// Passes a received frame on without copying its payload: a fresh envelope with its metadata and what <paramref name="change"/> sets.
    /// Its bytes stay borrowed until the consumers have given the forward back, whether or not <paramref name="frame"/> is disposed. Waits like a loan.
    /// </summary>
    /// <param name="frame">A frame that is held.</param>
    /// <param name="change">Sets or replaces metadata. A static lambda or a cached delegate allocates nothing.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">A frame of this identity has gone out on this port already.</exception>
    public void Forward(Frame frame, Action<FrameMetadata>? change = null, CancellationToken cancellation = default) => throw new InvalidOperationException();

    /// <summary>Says that the next <paramref name="count"/> sequences of the port's own stream do not come, so that nobody waits for them.</summary>
    public void SendGap(int count) => throw new InvalidOperationException();

    /// <summary>
    /// Opens a new stream: from here on frames of this port have its identities, not their inputs'. For sources that cannot continue
    /// their sequence and for operators whose outputs are not one to one with inputs (rate changers, mixers). Returns the stream's number.
    /// </summary>
    public ulong OpenStream() => throw new InvalidOperationException();

    /// <summary>Ends the port's stream: consumers end when they have received everything. Nothing can be sent afterwards.</summary>
    public void Complete() => throw new InvalidOperationException();
}
