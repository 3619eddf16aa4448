using K8sMediaFlow.Sdk.Ports;

namespace K8sMediaFlow.Sdk;

/// <summary>
/// A write claim on blocks of the operator's region: fill it, then <see cref="Send()"/> it. The payload is not zeroed. Disposing it
/// unsent gives the blocks back; after Send, Dispose does nothing, so that <c>using</c> fits both. It is a handle: copies of it are the
/// same loan. After either
/// every other member of all copies throws, whatever was loaned since, and no span taken from it may be used. A loan outlives its
/// sidecar: it can be filled
/// and sent whatever happens.
/// </summary>
public readonly struct FrameLoan : IDisposable, IEquatable<FrameLoan>
{
    private readonly LoanSlot? _slot;
    private readonly long _life;

    internal FrameLoan(LoanSlot slot) => (_slot, _life) = (slot, slot.Life);

    /// <summary>The payload, page-aligned shared memory: write every byte of it.</summary>
    public Span<byte> Payload => Slot.Payload;

    /// <summary>What the frame is said to be; null where neither the port nor the loan says it.</summary>
    public FrameCaps? Caps => Slot.Caps;

    /// <summary>Planes of a video frame, 0 for others.</summary>
    public int PlaneCount => Slot.Planes.Count;

    /// <summary>
    /// When the frame is to be shown, in nanoseconds from the start of its stream. Inherited from the first input unless it is set.
    /// </summary>
    public ref long? PresentationTimeNs => ref Slot.PresentationTimeNs;

    /// <summary>How long the frame is shown, in nanoseconds. Inherited unless it is set; a source's frame takes it from its caps.</summary>
    public ref long? DurationNs => ref Slot.DurationNs;

    /// <summary>
    /// Both times in ticks of a time base, where nanoseconds are not exact enough; those in nanoseconds then follow from it, whatever was
    /// set. Inherited unless one of the three is set.
    /// </summary>
    public ref FrameTiming? Timing => ref Slot.Timing;

    /// <summary>
    /// When the frame was captured, nanoseconds since the Unix epoch. Inherited unless it is set; a source's frame takes the time of the
    /// send.
    /// </summary>
    public ref long? CaptureTimeWallNs => ref Slot.CaptureTimeWallNs;

    /// <summary>
    /// Values that travel with the frame. Those of the input are not inherited by a new frame: see <see cref="FrameMetadata.SetAll"/>.
    /// </summary>
    public FrameMetadata Metadata => Slot.Metadata;

    private LoanSlot Slot => _slot is { } slot && slot.Life == _life ? slot
        : throw new ObjectDisposedException(nameof(FrameLoan), "The loan was sent or given back.");

    /// <summary>The same handle.</summary>
    public static bool operator ==(FrameLoan left, FrameLoan right) => left.Equals(right);

    /// <summary>Another handle.</summary>
    public static bool operator !=(FrameLoan left, FrameLoan right) => !left.Equals(right);

    /// <summary>The bytes of a plane, to be written.</summary>
    public Span<byte> Plane(int index)
    {
        var plane = Slot.Planes[index];
        return Payload.Slice(plane.OffsetBytes, plane.LengthBytes);
    }

    /// <summary>Bytes from one line of a plane to the next.</summary>
    public int PlaneStride(int index) => Slot.Planes[index].StrideBytes;

    /// <summary>Lines of a plane.</summary>
    public int PlaneLines(int index) => Slot.Planes[index].Lines;

    /// <summary>Shortens the payload, for a last audio frame or an encoded message smaller than the loan.</summary>
    /// <param name="payloadBytes">At most what was loaned.</param>
    public void Shorten(int payloadBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadBytes, Slot.PayloadBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(payloadBytes);
        if (Slot.Caps is VideoCaps)
            throw new InvalidOperationException("A raw picture cannot be shortened: its planes would not be whole.");
        Slot.PayloadBytes = payloadBytes;
    }

    /// <summary>
    /// Sends the frame. It derives from every input that is held at this moment and inherits the identity of the oldest of them that has
    /// not gone out on this port yet; where the port has a stream of its own (a source, <see cref="FrameOutput.OpenStream"/>), it gets the
    /// next sequence of that. It never waits. Afterwards the loan is over.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// Frames of the held identities have gone out on this port already, or no input is held and the port has no stream of its own, or the
    /// loan is smaller than a picture of its caps. The loan stays.
    /// </exception>
    public void Send() => Send([], isNamed: false);

    /// <summary>Sends the frame as derived from this input alone, with its identity.</summary>
    /// <inheritdoc cref="Send()"/>
    public void Send(Frame from) => Send(new ReadOnlySpan<Frame>(in from), isNamed: true);

    /// <summary>Sends the frame as derived from these inputs, with the identity of the first.</summary>
    /// <inheritdoc cref="Send()"/>
    public void Send(ReadOnlySpan<Frame> from) => Send(from, isNamed: true);

    /// <summary>Gives the blocks back if the frame was not sent. A second call, by this handle or a copy of it, does nothing.</summary>
    public void Dispose()
    {
        if (_slot is not { } slot)
            return;
        lock (slot.Core.Gate)
        {
            if (slot.Life == _life)
                slot.GiveBack();
        }
    }

    /// <inheritdoc/>
    public bool Equals(FrameLoan other) => _slot == other._slot && _life == other._life;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FrameLoan other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_slot, _life);

    private void Send(ReadOnlySpan<Frame> from, bool isNamed)
    {
        // Of two threads that send the same loan, the second finds that it is over.
        lock (Slot.Core.Gate)
            FrameSender.Send(Slot, from, isNamed);
    }
}
