#pragma warning disable CA1822 // the bodies follow
namespace K8sMediaFlow.OperatorSdk;

/// <summary>
/// A write claim on blocks of the operator's region: fill it, then <see cref="Send()"/> it. The payload is not zeroed. Disposing it
/// unsent gives the blocks back; after Send, Dispose does nothing, so that <c>using</c> fits both. Loan objects are reused.
/// </summary>
public sealed class FrameLoan : IDisposable
{
    internal FrameLoan()
    {
    }

    /// <summary>The payload, page-aligned shared memory: write every byte of it.</summary>
    public Span<byte> Payload => throw Closed();

    /// <summary>What the frame is said to be.</summary>
    public FrameCaps? Caps => throw Closed();

    /// <summary>Planes of a video frame, 0 for others.</summary>
    public int PlaneCount => throw Closed();

    /// <summary>The bytes of a plane, to be written.</summary>
    public Span<byte> Plane(int index) => throw Closed();

    /// <summary>Bytes from one line of a plane to the next.</summary>
    public int PlaneStride(int index) => throw Closed();

    /// <summary>When the frame is to be shown, in nanoseconds from the start of its stream. Inherited from the first input unless it is set.</summary>
    public long PresentationTimeNs { get; set; }

    /// <summary>How long the frame is shown, in nanoseconds. Inherited unless it is set.</summary>
    public long DurationNs { get; set; }

    /// <summary>When the frame was captured, nanoseconds since the Unix epoch. Inherited; a source's frame takes the time of the send.</summary>
    public long CaptureTimeWallNs { get; set; }

    /// <summary>Values that travel with the frame. Those of the input are not inherited by a new frame: set or copy what is wanted.</summary>
    public FrameMetadata Metadata => throw Closed();

    /// <summary>Shortens the payload, for a last audio frame or an encoded message smaller than the loan.</summary>
    public void Shorten(int payloadBytes) => throw Closed();

    /// <summary>
    /// Sends the frame. It derives from every input that is held at this moment and inherits the identity of the oldest of them that has
    /// not gone out on this port yet; where none is held, or the port has a stream of its own (a source, <see cref="FrameOutput.OpenStream"/>), it gets the next sequence of that stream.
    /// </summary>
    /// <exception cref="InvalidOperationException">A frame of this identity has gone out on this port already.</exception>
    public void Send() => throw Closed();

    /// <summary>Sends the frame as derived from this input alone, with its identity.</summary>
    public void Send(Frame from) => throw Closed();

    /// <summary>Sends the frame as derived from these inputs, with the identity of the first.</summary>
    public void Send(ReadOnlySpan<Frame> from) => throw Closed();

    /// <summary>Gives the blocks back if the frame was not sent.</summary>
    public void Dispose()
    {
    }

    private static ObjectDisposedException Closed() => new(nameof(FrameLoan), "The loan was sent or given back.");
}
