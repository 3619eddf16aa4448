using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;
using K8sMediaFlow.OperatorSdk.Ports;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.OperatorSdk;

/// <summary>
/// A received frame: read-only spans over shared memory, borrowed until <see cref="Dispose"/>. No byte of it was copied, none may be
/// written. Frame objects are reused: after Dispose every member throws, and neither the object nor any span taken from it may be used.
/// </summary>
/// <remarks>
/// Dispose gives the frame back. A frame that is disposed without anything having been sent from it on an output that follows its input
/// leaves a gap notice there in its place, so that no consumer waits for it. After <see cref="MediaOperator.Fail"/> or <see cref="MediaOperator.DisposeAsync"/>
/// it leaves none: what is in hand then is not done, and goes to the operator's next life.
/// </remarks>
public sealed class Frame : IDisposable
{
    private readonly FrameMetadata _metadata = new();
    private OperatorCore? _core;
    private InputPort _port = null!;
    private FrameView _view;
    private FrameCaps? _caps;
    private int _tag;
    private bool _hasMetadata;

    internal Frame()
    {
    }

    /// <summary>Who the frame is.</summary>
    public FrameIdentity Identity => new(Info.Stream, Info.Sequence);

    /// <summary>The stream of its identity.</summary>
    public ulong Stream => Info.Stream;

    /// <summary>The sequence of its identity, from 1.</summary>
    public ulong Sequence => Info.Sequence;

    /// <summary>The input port that it came by.</summary>
    public string Input => Core is null ? "" : _port.Plan.Name;

    /// <summary>What this frame is; null where its source did not say. It may differ from the port's caps: a source's caps may change from stream to stream.</summary>
    public FrameCaps? Caps => Core is null ? null : _caps;

    /// <summary>When the frame is to be shown, in nanoseconds from the start of its stream.</summary>
    public long PresentationTimeNs => Info.PresentationTimeNs;

    /// <summary>How long the frame is shown, in nanoseconds; 0 where it is not known.</summary>
    public long DurationNs => Info.DurationNs;

    /// <summary>When the frame was captured: nanoseconds since the Unix epoch by the source's wall clock, 0 where it is not known. A label, not a clock.</summary>
    public long CaptureTimeWallNs => Info.CaptureTimeWallNs;

    /// <summary>The samples per channel of an audio frame, 0 for others.</summary>
    public int SampleCount => Info.Kind == MediaKind.Audio ? Info.Audio.SampleCount : 0;

    /// <summary>Whether an earlier life of the producer (or of this operator) may have handled this frame already.</summary>
    public bool MayBeReplay { get; private set; }

    /// <summary>The first payload segment: the whole payload unless <see cref="PayloadCount"/> is 2.</summary>
    public ReadOnlySpan<byte> Payload => Core is null ? default : _view.Payload0;

    /// <summary>Payload segments, 0 to 2.</summary>
    public int PayloadCount => Core is null || _view.Payload0.IsEmpty ? 0 : _view.Payload1.IsEmpty ? 1 : 2;

    /// <summary>Planes of a video frame, 0 for others.</summary>
    public int PlaneCount => Info.Kind == MediaKind.Video ? Info.Video.Planes.Count : 0;

    /// <summary>Named values that travel with the frame, read-only.</summary>
    /// <exception cref="MediaOperatorException">The producer rewrote the envelope after it was checked.</exception>
    public FrameMetadata Metadata
    {
        get
        {
            if (Core is not null && !_hasMetadata)
                ReadMetadata(_metadata);
            _hasMetadata = true;
            return _metadata;
        }
    }

    internal OperatorCore Core => _core ?? throw new ObjectDisposedException(nameof(Frame), "The frame was given back.");

    internal int Tag => Core is null ? -1 : _tag;

    internal ref readonly FrameInfo Info
    {
        get
        {
            _ = Core;
            return ref _view.Info;
        }
    }

    /// <summary>One of the payload segments.</summary>
    public ReadOnlySpan<byte> PayloadAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)PayloadCount, nameof(index));
        return index == 0 ? _view.Payload0 : _view.Payload1;
    }

    /// <summary>The bytes of a plane: <see cref="PlaneStride"/> × <see cref="PlaneLines"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The frame has no such plane.</exception>
    public ReadOnlySpan<byte> Plane(int index) => Core is null ? default : _view.Plane(index);

    /// <summary>Bytes from one line of a plane to the next.</summary>
    public int PlaneStride(int index) => Info.Video.Planes[index].StrideBytes;

    /// <summary>Lines of a plane.</summary>
    public int PlaneLines(int index) => Info.Video.Planes[index].Rows;

    /// <summary>Gives the frame back. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _core, null) is not { } core)
            return;
        lock (core.Gate)
        {
            core.LetGo(this, _tag);
            core.Poll();
        }
    }

    internal void Open(OperatorCore core, InputPort port, int tag, in FrameView view)
    {
        (_port, _tag, _view, _hasMetadata) = (port, tag, view, false);
        _caps = port.CapsOf(in view.Info);
        MayBeReplay = (Descriptor(core).Flags & DescriptorFlags.MayBeReplay) != 0;
        _core = core;
    }

    internal void ReadMetadata(FrameMetadata into)
    {
        try
        {
            MetadataTransfer.Read(ref _view, into);
        }
        catch (Exception broken) when (broken is CapnProtoException or InvalidOperationException)
        {
            throw new MediaOperatorException(MediaOperatorError.Protocol, $"The metadata of frame {Identity} on input '{_port.Plan.Name}' cannot be read: {broken.Message}", broken);
        }
    }

    /// <summary>Its descriptor; under the operator's lock.</summary>
    internal ref FrameDescriptor Descriptor(OperatorCore core)
    {
        ref var record = ref core.Record(_tag);
        return ref record.Port.Merge.Descriptor(record.Number);
    }

    /// <summary>A payload segment as the operator's own descriptors name it; under the operator's lock.</summary>
    internal SegmentRef Segment(int index)
    {
        ref var record = ref Core.Record(_tag);
        var segment = Descriptor(Core).Segment(index);
        segment.RegionName = (index == 1 ? record.Region1! : record.Region2!).Name;
        return segment;
    }
}
