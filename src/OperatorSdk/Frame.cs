#pragma warning disable CA1822 // the bodies follow
namespace K8sMediaFlow.OperatorSdk;

/// <summary>
/// A received frame: read-only spans over shared memory, borrowed until <see cref="Dispose"/>. No byte of it was copied, none may be
/// written. Frame objects are reused: after Dispose every member throws, and no span taken from it may be used.
/// </summary>
/// <remarks>
/// Dispose gives the frame back. A frame that is disposed without anything having been sent from it on an output that follows its input
/// leaves a gap notice there in its place, so that no consumer waits for it.
/// </remarks>
public sealed class Frame : IDisposable
{
    internal Frame()
    {
    }

    /// <summary>Who the frame is.</summary>
    public FrameIdentity Identity => throw Closed();

    /// <summary>The stream of its identity.</summary>
    public ulong Stream => Identity.Stream;

    /// <summary>The sequence of its identity, from 1.</summary>
    public ulong Sequence => Identity.Sequence;

    /// <summary>What this frame is. It may differ from the port's caps: a source's caps may change from stream to stream.</summary>
    public FrameCaps Caps => throw Closed();

    /// <summary>When the frame is to be shown, in nanoseconds from the start of its stream.</summary>
    public long PresentationTimeNs => throw Closed();

    /// <summary>How long the frame is shown, in nanoseconds; 0 where it is not known.</summary>
    public long DurationNs => throw Closed();

    /// <summary>When the frame was captured: nanoseconds since the Unix epoch by the source's wall clock, 0 where it is not known. A label, not a clock.</summary>
    public long CaptureTimeWallNs => throw Closed();

    /// <summary>The samples per channel of an audio frame, 0 for others.</summary>
    public int SampleCount => throw Closed();

    /// <summary>Whether an earlier life of the producer (or of this operator) may have handled this frame already.</summary>
    public bool MayBeReplay => throw Closed();

    /// <summary>The first payload segment: the whole payload unless <see cref="PayloadCount"/> is 2.</summary>
    public ReadOnlySpan<byte> Payload => throw Closed();

    /// <summary>Payload segments, 0 to 2.</summary>
    public int PayloadCount => throw Closed();

    /// <summary>One of the payload segments.</summary>
    public ReadOnlySpan<byte> PayloadAt(int index) => throw Closed();

    /// <summary>Planes of a video frame, 0 for others.</summary>
    public int PlaneCount => throw Closed();

    /// <summary>The bytes of a plane: <c>PlaneStride × PlaneLines</c>.</summary>
    public ReadOnlySpan<byte> Plane(int index) => throw Closed();

    /// <summary>Bytes from one line of a plane to the next.</summary>
    public int PlaneStride(int index) => throw Closed();

    /// <summary>Lines of a plane.</summary>
    public int PlaneLines(int index) => throw Closed();

    /// <summary>Named values that travel with the frame, read-only.</summary>
    public FrameMetadata Metadata => throw Closed();

    /// <summary>Gives the frame back. A second call does nothing.</summary>
    public void Dispose()
    {
    }

    private static ObjectDisposedException Closed() => new(nameof(Frame), "The frame was given back.");
}
