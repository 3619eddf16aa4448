using System.Diagnostics.CodeAnalysis;
using K8sMediaFlow.CapnProto;

namespace K8sMediaFlow.Messages;

/// <summary>
/// A frame that was read: its fields as values, its payloads and metadata where they lie. A plain struct, so that a pooled class can
/// hold it; valid as long as the frame is borrowed. Keep it where it is while a metadata reader of it is in use.
/// </summary>
public struct FrameView
{
    private MessageReader _message;
    private StructPlace _root;
    private BytesPlace _payload0;
    private BytesPlace _payload1;
    private FrameInfo _info;

    /// <summary>What the envelope says.</summary>
    [UnscopedRef]
    public readonly ref readonly FrameInfo Info => ref _info;

    /// <summary>The first payload, in the producer's block; empty if there is none.</summary>
    public readonly ReadOnlySpan<byte> Payload0 => _payload0.Span;

    /// <summary>The second payload; empty if there is none.</summary>
    public readonly ReadOnlySpan<byte> Payload1 => _payload1.Span;

    /// <summary>The bytes of a plane: <see cref="PlaneInfo.Rows"/> rows of <see cref="PlaneInfo.StrideBytes"/> each.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The frame has no such plane.</exception>
    public readonly ReadOnlySpan<byte> Plane(int index)
    {
        ref readonly var plane = ref _info.Video.Planes[index];
        return (plane.Payload == 0 ? Payload0 : Payload1).Slice(plane.OffsetBytes, (int)plane.LengthBytes);
    }

    /// <summary>The free metadata. Each call starts with a fresh budget.</summary>
    [UnscopedRef]
    public FrameMetadataReader Metadata
    {
        get
        {
            _message.Renew(ReadLimits.Default);
            return new FrameMetadataReader(new FrameMessage.Reader(_message.At(_root)).Metadata);
        }
    }

    /// <summary>The whole envelope, for tools.</summary>
    [UnscopedRef]
    public FrameMessage.Reader Message
    {
        get
        {
            _message.Renew(Limits(_payload0.LengthBytes + (long)_payload1.LengthBytes));
            return new FrameMessage.Reader(_message.At(_root));
        }
    }

    /// <summary>
    /// In place, on whatever the view held: a constructor would build it elsewhere and copy 330 bytes, and clearing them first costs as
    /// much as a fifth of the reading. So every field is set here, whichever way the frame goes.
    /// </summary>
    internal CapnProtoError Read(ReadOnlySpan<byte> segment0, ReadOnlySpan<byte> payload0, ReadOnlySpan<byte> payload1)
    {
        // A payload's words count against the budget when it is found: once each, whatever their size.
        _message.Reset(Limits(segment0.Length + (long)payload0.Length + payload1.Length));
        _message.AddSegment(segment0);
        if (!payload0.IsEmpty || !payload1.IsEmpty)
            _message.AddSegment(payload0);
        if (!payload1.IsEmpty)
            _message.AddSegment(payload1);
        return ReadRoot() ? CapnProtoError.None : CapnProtoError.BadValue;
    }

    private bool ReadRoot()
    {
        var frame = _message.Root<FrameMessage.Reader>();
        _root = frame.Raw.Place;
        _info.Stream = frame.Stream;
        _info.Sequence = frame.Sequence;
        _info.CaptureTimeWallNs = frame.CaptureTimeWallNs;
        _info.PresentationTimeNs = frame.PresentationTimeNs;
        _info.DurationNs = frame.DurationNs;
        _info.Timing.BaseNumerator = (int)frame.TimeBaseNumerator;
        _info.Timing.BaseDenominator = (int)frame.TimeBaseDenominator;
        _info.Timing.PresentationTicks = frame.PresentationTicks;
        _info.Timing.DurationTicks = frame.DurationTicks;
        _payload0 = frame.Payload0Place;
        _payload1 = frame.Payload1Place;
        return _info.Timing.IsSound && ReadMedia(frame.Media) && FrameMetadataReader.IsSound(frame);
    }

    private bool ReadMedia(scoped in FrameMessage.Media.Reader media)
    {
        // The union's tag is read once: it may change between two looks.
        _info.Kind = (MediaKind)media.Which;
        switch (_info.Kind)
        {
            case MediaKind.Video:
                (_info.Audio, _info.Encoded) = (default, default);
                return ReadVideo(media.Video);
            case MediaKind.Audio:
                (_info.Video, _info.Audio, _info.Encoded) = (default, ReadAudio(media.Audio), default);
                return true;
            case MediaKind.Encoded:
                (_info.Video, _info.Audio, _info.Encoded) = (default, default, ReadEncoded(media.Encoded));
                return true;
            default:
                (_info.Video, _info.Audio, _info.Encoded) = (default, default, default);
                return _info.Kind == MediaKind.None;
        }
    }

    private bool ReadVideo(scoped in FrameMessage.Video.Reader video)
    {
        ref var info = ref _info.Video;
        info.Width = (int)video.Width;
        info.Height = (int)video.Height;
        info.PixelFormat = video.PixelFormat;
        info.FrameRateNumerator = (int)video.FrameRateNumerator;
        info.FrameRateDenominator = (int)video.FrameRateDenominator;
        return (info.Width | info.Height | info.FrameRateNumerator | info.FrameRateDenominator) >= 0 && ReadPlanes(video.Planes);
    }

    private bool ReadPlanes(scoped in StructListReader<FrameMessage.Plane.Reader> planes)
    {
        if (planes.Count > PlaneSet.Capacity)
            return false;
        _info.Video.Planes.Clear();
        for (var index = 0; index < planes.Count; index++)
        {
            var plane = planes[index];
            var read = new PlaneInfo((int)plane.OffsetBytes, (int)plane.StrideBytes, (int)plane.Rows, plane.Payload);
            if (!Holds(in read))
                return false;
            _info.Video.Planes.Add(read);
        }

        return true;
    }

    private readonly bool Holds(in PlaneInfo plane)
    {
        var lengthBytes = plane.Payload switch { 0 => _payload0.LengthBytes, 1 => _payload1.LengthBytes, _ => -1 };
        return (plane.OffsetBytes | plane.StrideBytes | plane.Rows) >= 0 && plane.OffsetBytes + plane.LengthBytes <= lengthBytes;
    }

    private static AudioInfo ReadAudio(FrameMessage.Audio.Reader audio) => new()
    {
        SampleRate = (int)audio.SampleRate,
        Channels = audio.Channels,
        SampleFormat = audio.SampleFormat,
        SampleCount = (int)audio.SampleCount,
    };

    private static EncodedInfo ReadEncoded(FrameMessage.Encoded.Reader encoded) => new()
    {
        SchemaId = encoded.SchemaId,
        SchemaName = KnownNames.Get(encoded.SchemaName),
        Encoding = encoded.Encoding,
    };

    private static ReadLimits Limits(long sizeBytes) => ReadLimits.ForSize(sizeBytes);
}
