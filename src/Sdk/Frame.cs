using K8sMediaFlow.Messages;
using K8sMediaFlow.Sdk.Ports;

namespace K8sMediaFlow.Sdk;

/// <summary>
/// A received frame: read-only spans over shared memory, borrowed until <see cref="Dispose"/>. No byte of it was copied, none may be
/// written. It is a handle: copies of it are the same frame. Once one of them was disposed, every member of all throws and Dispose does
/// nothing, whatever
/// frames came since; no span taken from it may be used any more.
/// </summary>
/// <remarks>
/// Dispose gives the frame back. A frame that is disposed without anything having been sent from it on an output that follows its input
/// leaves a gap notice there in its place, so that no consumer waits for it. After <see cref="MediaOperator.Fail"/> or
/// <see cref="MediaOperator.DisposeAsync"/> it leaves none: what is in hand then is not done, and goes to the operator's next life.
/// </remarks>
public readonly struct Frame : IDisposable, IEquatable<Frame>
{
    private readonly FrameSlot? _slot;
    private readonly long _life;

    internal Frame(FrameSlot slot) => (_slot, _life) = (slot, slot.Life);

    /// <summary>Who the frame is.</summary>
    public FrameIdentity Identity => new(Info.Stream, Info.Sequence);

    /// <summary>The stream of its identity.</summary>
    public ulong Stream => Info.Stream;

    /// <summary>The sequence of its identity, from 1.</summary>
    public ulong Sequence => Info.Sequence;

    /// <summary>The input port that it came by.</summary>
    public string Input => Slot.Port.Plan.Name;

    /// <summary>
    /// What this frame is; null where its source did not say. It may differ from the port's caps: a source's caps may change from stream to
    /// stream.
    /// </summary>
    public FrameCaps? Caps => Slot.Caps;

    /// <summary>When the frame is to be shown, in nanoseconds from the start of its stream.</summary>
    public long PresentationTimeNs => Info.PresentationTimeNs;

    /// <summary>How long the frame is shown, in nanoseconds; 0 where it is not known.</summary>
    public long DurationNs => Info.DurationNs;

    /// <summary>Both times without rounding; in nanoseconds where the frame's source did not say them more exactly.</summary>
    public FrameTiming Timing => Info.Timing.IsKnown
        ? new(Info.Timing.PresentationTicks, Info.Timing.DurationTicks, new(Info.Timing.BaseNumerator, Info.Timing.BaseDenominator))
        : new(Info.PresentationTimeNs, Info.DurationNs, TimeBase.Nanoseconds);

    /// <summary>
    /// When the frame was captured: nanoseconds since the Unix epoch by the source's wall clock, 0 where it is not known. A label, not a
    /// clock.
    /// </summary>
    public long CaptureTimeWallNs => Info.CaptureTimeWallNs;

    /// <summary>The samples per channel of an audio frame, 0 for others.</summary>
    public int SampleCount => Info.Kind == MediaKind.Audio ? Info.Audio.SampleCount : 0;

    /// <summary>
    /// How long ago its source had sent it when it was received here. Added up from monotonic clocks on all the way; what an edge's
    /// <c>deadlineMilliseconds</c> is compared with.
    /// </summary>
    public TimeSpan Age => Slot.Age;

    /// <summary>Whether an earlier life of the producer (or of this operator) may have handled this frame already.</summary>
    public bool MayBeReplay => Slot.MayBeReplay;

    /// <summary>The first payload segment: the whole payload unless <see cref="PayloadCount"/> is 2.</summary>
    public ReadOnlySpan<byte> Payload => Slot.View.Payload0;

    /// <summary>Payload segments, 0 to 2.</summary>
    public int PayloadCount => Slot.View.Payload0.IsEmpty ? 0 : Slot.View.Payload1.IsEmpty ? 1 : 2;

    /// <summary>Planes of a video frame, 0 for others.</summary>
    public int PlaneCount => Info.Kind == MediaKind.Video ? Info.Video.Planes.Count : 0;

    /// <summary>Named values that travel with the frame, read-only, and good as long as it is.</summary>
    /// <exception cref="MediaOperatorException">The producer rewrote the envelope after it was checked.</exception>
    public FrameMetadata Metadata => Slot.ReadMetadata();

    internal FrameSlot Slot => _slot is { } slot && slot.Life == _life ? slot
        : throw new ObjectDisposedException(nameof(Frame), "The frame was given back.");

    internal MediaOperatorCore Core => Slot.Core;

    internal int Tag => Slot.Tag;

    internal ref readonly FrameInfo Info => ref Slot.Info;

    /// <summary>The same handle.</summary>
    public static bool operator ==(Frame left, Frame right) => left.Equals(right);

    /// <summary>Another handle.</summary>
    public static bool operator !=(Frame left, Frame right) => !left.Equals(right);

    /// <summary>One of the payload segments.</summary>
    public ReadOnlySpan<byte> PayloadAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)PayloadCount, nameof(index));
        return index == 0 ? Slot.View.Payload0 : Slot.View.Payload1;
    }

    /// <summary>The bytes of a plane: <see cref="PlaneStride"/> × <see cref="PlaneLines"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The frame has no such plane.</exception>
    public ReadOnlySpan<byte> Plane(int index) => Slot.View.Plane(index);

    /// <summary>Bytes from one line of a plane to the next.</summary>
    public int PlaneStride(int index) => Info.Video.Planes[index].StrideBytes;

    /// <summary>Lines of a plane.</summary>
    public int PlaneLines(int index) => Info.Video.Planes[index].Rows;

    /// <exception cref="ObjectDisposedException">The frame was given back.</exception>
    /// <exception cref="ArgumentException">It is a frame of another media operator.</exception>
    internal void ThrowIfNotOf(MediaOperatorCore core)
    {
        if (Core != core)
            throw new ArgumentException($"Frame {Identity} was received by {Core.Options.Name}, not by {core.Options.Name}: "
                + "frames go from one media operator to another through their pipeline.");
    }

    /// <summary>Gives the frame back. A second call, by this handle or a copy of it, does nothing.</summary>
    public void Dispose() => _slot?.GiveBack(_life);

    /// <inheritdoc/>
    public bool Equals(Frame other) => _slot == other._slot && _life == other._life;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Frame other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_slot, _life);
}
