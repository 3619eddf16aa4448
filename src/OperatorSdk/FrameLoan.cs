using K8sMediaFlow.OperatorSdk.Memory;
using K8sMediaFlow.OperatorSdk.Ports;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.OperatorSdk;

/// <summary>
/// A write claim on blocks of the operator's region: fill it, then <see cref="Send()"/> it. The payload is not zeroed. Disposing it
/// unsent gives the blocks back; after Send, Dispose does nothing, so that <c>using</c> fits both. Loan objects are reused: after either, do not
/// use the object or a span taken from it. A loan outlives its sidecar: it can be filled and sent whatever happens.
/// </summary>
public sealed class FrameLoan : IDisposable
{
    private readonly FrameMetadata _metadata = new();
    private OperatorCore? _core;
    private OperatorCore? _lender;
    private OutputPort _port = null!;
    private FrameCaps? _caps;
    private long? _presentationTimeNs;
    private long? _durationNs;
    private long? _captureTimeWallNs;

    internal FrameLoan()
    {
    }

    /// <summary>The payload, page-aligned shared memory: write every byte of it.</summary>
    public Span<byte> Payload => Core is null || PayloadBytes == 0 ? default : Region.Writer.Memory(PayloadBlock)[..PayloadBytes];

    /// <summary>What the frame is said to be; null where neither the port nor the loan says it.</summary>
    public FrameCaps? Caps => Core is null ? null : _caps;

    /// <summary>Planes of a video frame, 0 for others.</summary>
    public int PlaneCount => Planes.Count;

    /// <summary>When the frame is to be shown, in nanoseconds from the start of its stream. Inherited from the first input unless it is set.</summary>
    public long PresentationTimeNs
    {
        get => _presentationTimeNs ?? 0;
        set => _presentationTimeNs = value;
    }

    /// <summary>How long the frame is shown, in nanoseconds. Inherited unless it is set; a source's frame takes it from its caps.</summary>
    public long DurationNs
    {
        get => _durationNs ?? 0;
        set => _durationNs = value;
    }

    /// <summary>When the frame was captured, nanoseconds since the Unix epoch. Inherited unless it is set; a source's frame takes the time of the send.</summary>
    public long CaptureTimeWallNs
    {
        get => _captureTimeWallNs ?? 0;
        set => _captureTimeWallNs = value;
    }

    /// <summary>Values that travel with the frame. Those of the input are not inherited by a new frame: see <see cref="FrameMetadata.SetAll"/>.</summary>
    public FrameMetadata Metadata => Core is null ? null! : _metadata;

    internal OperatorCore Core => _core ?? throw new ObjectDisposedException(nameof(FrameLoan), "The loan was sent or given back.");

    internal OwnRegion Region { get; private set; } = null!;

    internal BlockRef EnvelopeBlock { get; private set; }

    internal BlockRef PayloadBlock { get; private set; }

    internal int PayloadBytes { get; private set; }

    internal (long? PresentationTimeNs, long? DurationNs, long? CaptureTimeWallNs) Times => (_presentationTimeNs, _durationNs, _captureTimeWallNs);

    private IReadOnlyList<PlaneLayout> Planes => Caps is VideoCaps video ? video.Planes : [];

    /// <summary>The bytes of a plane, to be written.</summary>
    public Span<byte> Plane(int index) => Payload.Slice(Planes[index].OffsetBytes, Planes[index].LengthBytes);

    /// <summary>Bytes from one line of a plane to the next.</summary>
    public int PlaneStride(int index) => Planes[index].StrideBytes;

    /// <summary>Lines of a plane.</summary>
    public int PlaneLines(int index) => Planes[index].Lines;

    /// <summary>Shortens the payload, for a last audio frame or an encoded message smaller than the loan.</summary>
    /// <param name="payloadBytes">At most what was loaned.</param>
    public void Shorten(int payloadBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(payloadBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadBytes, Core is null ? 0 : PayloadBytes);
        if (_caps is VideoCaps)
            throw new InvalidOperationException("A raw picture cannot be shortened: its planes would not be whole.");
        PayloadBytes = payloadBytes;
    }

    /// <summary>
    /// Sends the frame. It derives from every input that is held at this moment and inherits the identity of the oldest of them that has
    /// not gone out on this port yet; where the port has a stream of its own (a source, <see cref="FrameOutput.OpenStream"/>), it gets the next
    /// sequence of that. It never waits. Afterwards the loan is over.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// Frames of the held identities have gone out on this port already, or no input is held and the port has no stream of its own, or the loan is smaller
    /// than a picture of its caps. The loan stays.
    /// </exception>
    public void Send() => FrameSender.Send(Core, _port, this, [], isNamed: false);

    /// <summary>Sends the frame as derived from this input alone, with its identity.</summary>
    /// <inheritdoc cref="Send()"/>
    public void Send(Frame from) => FrameSender.Send(Core, _port, this, new ReadOnlySpan<Frame>(in from), isNamed: true);

    /// <summary>Sends the frame as derived from these inputs, with the identity of the first.</summary>
    /// <inheritdoc cref="Send()"/>
    public void Send(ReadOnlySpan<Frame> from) => FrameSender.Send(Core, _port, this, from, isNamed: true);

    /// <summary>Gives the blocks back if the frame was not sent.</summary>
    public void Dispose()
    {
        if (_lender is not { } core)
            return;
        lock (core.Gate)
        {
            if (_core is not null)
                GiveBack();
            // Only here, not when it is sent: the caller's using still has this object then, and would dispose the loan of whoever got it next.
            if (_lender is null)
                return;
            _lender = null;
            core.Give(this);
        }
    }

    internal void Open(OperatorCore core, OutputPort port, FrameCaps? caps, OwnRegion region, BlockRef envelope, BlockRef payload, int payloadBytes)
    {
        (_port, _caps, Region, EnvelopeBlock, PayloadBlock, PayloadBytes) = (port, caps, region, envelope, payload, payloadBytes);
        (_presentationTimeNs, _durationNs, _captureTimeWallNs) = (null, null, null);
        _metadata.Clear();
        region.Use();
        port.Reserve();
        (_core, _lender) = (core, core);
    }

    /// <summary>Readers take an envelope whose planes lie outside the payload for a breach of the protocol, and its sender would be expelled for it.</summary>
    internal void CheckPlanes(string port)
    {
        if (Planes is [.., var last] && last.OffsetBytes + last.LengthBytes > PayloadBytes)
            throw new InvalidOperationException($"The loan of output '{port}' has {PayloadBytes} bytes, a picture of its caps has {last.OffsetBytes + last.LengthBytes}.");
    }

    /// <summary>The blocks are somebody else's now, or free.</summary>
    internal void Close()
    {
        _port.Unreserve();
        _core = null;
    }

    internal void GiveBack()
    {
        Region.Release(EnvelopeBlock);
        if (PayloadBlock != default)
            Region.Release(PayloadBlock);
        Region.Leave();
        Close();
    }
}
