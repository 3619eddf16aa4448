using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>Between the caps that users see and what the envelope says.</summary>
internal static class MediaInfo
{
    /// <summary>An envelope's description of a frame of these caps.</summary>
    public static FrameInfo Of(FrameCaps? caps)
    {
        var info = default(FrameInfo);
        switch (caps)
        {
            case VideoCaps video:
                (info.Kind, info.Video) = (MediaKind.Video, Video(video));
                break;
            case AudioCaps audio:
                (info.Kind, info.Audio) = (MediaKind.Audio, Audio(audio));
                break;
            case EncodedCaps encoded:
                (info.Kind, info.Encoded) = (MediaKind.Encoded, Encoded(encoded));
                break;
        }
        return info;
    }

    /// <summary>The caps that an envelope's description amounts to.</summary>
    public static FrameCaps? CapsOf(in FrameInfo info) => info.Kind switch
    {
        MediaKind.Video => new VideoCaps(info.Video.Width, info.Video.Height, MediaFormats.Name(info.Video.PixelFormat),
            info.Video.FrameRateNumerator, info.Video.FrameRateDenominator),
        MediaKind.Audio =>
            new AudioCaps(info.Audio.SampleRate, info.Audio.Channels, MediaFormats.Name(info.Audio.SampleFormat), info.Audio.SampleCount),
        MediaKind.Encoded => new EncodedCaps(info.Encoded.SchemaName ?? "", info.Encoded.SchemaId, NameOf(info.Encoded.Encoding)),
        _ => null,
    };

    /// <summary>Whether two frames have the same caps, so that the object made for the first serves the second.</summary>
    public static bool SameCaps(in FrameInfo left, in FrameInfo right) => left.Kind == right.Kind && left.Kind switch
    {
        MediaKind.Video => left.Video.Width == right.Video.Width && left.Video.Height == right.Video.Height
            && left.Video.PixelFormat == right.Video.PixelFormat && left.Video.FrameRateNumerator == right.Video.FrameRateNumerator
            && left.Video.FrameRateDenominator == right.Video.FrameRateDenominator,
        MediaKind.Audio => left.Audio.SampleRate == right.Audio.SampleRate && left.Audio.Channels == right.Audio.Channels
            && left.Audio.SampleFormat == right.Audio.SampleFormat && left.Audio.SampleCount == right.Audio.SampleCount,
        MediaKind.Encoded => left.Encoded.SchemaId == right.Encoded.SchemaId && left.Encoded.SchemaName == right.Encoded.SchemaName
            && left.Encoded.Encoding == right.Encoded.Encoding,
        _ => true,
    };

    /// <summary>What the attach protocol says of a port.</summary>
    public static FrameCaps? Read(AttachMessage.Caps.Reader caps)
    {
        switch (caps.Which)
        {
            case AttachMessage.Caps.Which.Video:
                var video = caps.Video;
                return new VideoCaps((int)video.Width, (int)video.Height, video.Format.ToString(), (int)video.FrameRateNumerator,
                    Math.Max(1, (int)video.FrameRateDenominator));
            case AttachMessage.Caps.Which.Audio:
                var audio = caps.Audio;
                return new AudioCaps((int)audio.SampleRate, audio.Channels, audio.Format.ToString(),
                    audio.SamplesPerFrame == 0 ? 1024 : (int)audio.SamplesPerFrame);
            case AttachMessage.Caps.Which.Encoded:
                var encoded = caps.Encoded;
                return new EncodedCaps(encoded.SchemaName.ToString(), encoded.SchemaId, encoded.Encoding.ToString());
            default:
                return null;
        }
    }

    private static VideoInfo Video(VideoCaps caps)
    {
        _ = MediaFormats.TryParse(caps.Format, out PixelFormat format);
        var planes = default(PlaneSet);
        // By index: enumerating the interface is an object per frame, unless the compiler is in the mood.
        for (var index = 0; index < caps.Planes.Count; index++)
            planes.Add(new PlaneInfo(caps.Planes[index].OffsetBytes, caps.Planes[index].StrideBytes, caps.Planes[index].Lines));
        return new VideoInfo
        {
            Width = caps.Width,
            Height = caps.Height,
            PixelFormat = format,
            FrameRateNumerator = caps.FrameRateNumerator,
            FrameRateDenominator = caps.FrameRateDenominator,
            Planes = planes,
        };
    }

    private static AudioInfo Audio(AudioCaps caps)
    {
        _ = MediaFormats.TryParse(caps.Format, out SampleFormat format);
        return new AudioInfo
        {
            SampleRate = caps.SampleRate,
            Channels = caps.Channels,
            SampleFormat = format,
            SampleCount = caps.SamplesPerFrame,
        };
    }

    private static EncodedInfo Encoded(EncodedCaps caps)
    {
        var name = caps.Encoding == "capnp" ? nameof(PayloadEncoding.CapnProto) : caps.Encoding;
        _ = Enum.TryParse(name, ignoreCase: true, out PayloadEncoding encoding);
        return new EncodedInfo { SchemaId = caps.SchemaId, SchemaName = caps.SchemaName, Encoding = encoding };
    }

    private static string NameOf(PayloadEncoding encoding) =>
        encoding == PayloadEncoding.CapnProto ? "capnp" : KnownEncodings[Math.Min((int)encoding, KnownEncodings.Length - 1)];

    private static readonly string[] KnownEncodings = Enum.GetNames<PayloadEncoding>().Select(name => name.ToLowerInvariant())
        .Append("unknown").ToArray();
}
