using System.Runtime.CompilerServices;
using K8sMediaFlow.CapnProto;

namespace K8sMediaFlow.Messages;

/// <summary>
/// The envelope of a frame: segment 0 of its message. Payloads are in segments of their own, 1 and 2, from their first byte on; nothing
/// here reads or writes a byte of them, and nothing allocates.
/// </summary>
public static class FrameEnvelope
{
    /// <summary>Room that every envelope needs at most, metadata apart.</summary>
    private const int FixedBytesMax = 512;

    /// <summary>A block of that size takes the envelope.</summary>
    public static int SizeBytesMax(in FrameInfo info, FrameMetadata? metadata) =>
        FixedBytesMax + ((info.Encoded.SchemaName?.Length ?? 0) * 3) + (metadata?.SizeBytesMax ?? 0);

    /// <summary>Writes an envelope; returns the bytes used, a multiple of 8.</summary>
    /// <param name="segment0">The block, 8-byte aligned; it need not be cleared. Safety: unmanaged or pinned memory.</param>
    /// <param name="info">What the frame is.</param>
    /// <param name="payload0Bytes">Length of the first payload, 0 for none.</param>
    /// <param name="payload1Bytes">Length of the second payload, 0 for none.</param>
    /// <param name="metadata">Free metadata.</param>
    /// <exception cref="CapnProtoException">The envelope does not fit into the block.</exception>
    public static int Write(Span<byte> segment0, in FrameInfo info, int payload0Bytes, int payload1Bytes = 0,
        FrameMetadata? metadata = null)
    {
        var message = new MessageBuilder(segment0);
        var frame = message.InitRoot<FrameMessage.Builder>();
        frame.Stream = info.Stream;
        frame.Sequence = info.Sequence;
        frame.CaptureTimeWallNs = info.CaptureTimeWallNs;
        frame.PresentationTimeNs = info.PresentationTimeNs;
        frame.DurationNs = info.DurationNs;
        WriteTiming(frame, in info.Timing);
        WriteMedia(frame.Media, in info);
        if (payload0Bytes > 0 || payload1Bytes > 0)
            frame.SetExternalPayload0(message.AddExternalSegment(payload0Bytes), payload0Bytes);
        if (payload1Bytes > 0)
            frame.SetExternalPayload1(message.AddExternalSegment(payload1Bytes), payload1Bytes);
        if (metadata is { Count: > 0 })
            metadata.Write(frame);
        return (int)message.UsedBytes(0);
    }

    /// <summary>Reads an envelope and checks all of it, payload extents and planes included.</summary>
    /// <param name="segment0">The envelope. Safety: unmanaged or pinned memory that outlives the view; others may rewrite it.</param>
    /// <param name="payload0">The first payload segment, empty if the frame has none.</param>
    /// <param name="payload1">The second payload segment, empty if the frame has none.</param>
    /// <param name="view">The frame, where it lies; empty if it is refused. A field that is used again and again costs no clearing.</param>
    /// <param name="error">What is wrong; None on success.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> segment0,
        ReadOnlySpan<byte> payload0,
        ReadOnlySpan<byte> payload1,
        out FrameView view,
        out CapnProtoError error)
    {
        Unsafe.SkipInit(out view);
        try
        {
            error = view.Read(segment0, payload0, payload1);
        }
        catch (CapnProtoException e)
        {
            // Hostile input is normal here, a second time from the same peer is not: it costs the peer its channel. So the price of an
            // exception is paid once, and the sound path has no error checks between its reads.
            error = e.Error;
        }

        if (error == CapnProtoError.None)
            return true;
        view = default;
        return false;
    }

    private static void WriteTiming(FrameMessage.Builder frame, in TimingInfo timing)
    {
        if (!timing.IsKnown)
            return;
        frame.TimeBaseNumerator = (uint)timing.BaseNumerator;
        frame.TimeBaseDenominator = (uint)timing.BaseDenominator;
        frame.PresentationTicks = timing.PresentationTicks;
        frame.DurationTicks = timing.DurationTicks;
    }

    private static void WriteMedia(FrameMessage.Media.Builder media, in FrameInfo info)
    {
        switch (info.Kind)
        {
            case MediaKind.Video:
                WriteVideo(media.InitVideo(), in info.Video);
                break;
            case MediaKind.Audio:
                WriteAudio(media.InitAudio(), in info.Audio);
                break;
            case MediaKind.Encoded:
                WriteEncoded(media.InitEncoded(), in info.Encoded);
                break;
        }
    }

    private static void WriteVideo(FrameMessage.Video.Builder video, in VideoInfo info)
    {
        video.Width = (uint)info.Width;
        video.Height = (uint)info.Height;
        video.PixelFormat = info.PixelFormat;
        video.FrameRateNumerator = (uint)info.FrameRateNumerator;
        video.FrameRateDenominator = (uint)info.FrameRateDenominator;
        var planes = video.InitPlanes(info.Planes.Count);
        for (var index = 0; index < planes.Count; index++)
        {
            ref readonly var plane = ref info.Planes[index];
            var target = planes[index];
            target.OffsetBytes = (uint)plane.OffsetBytes;
            target.StrideBytes = (uint)plane.StrideBytes;
            target.Rows = (uint)plane.Rows;
            target.Payload = plane.Payload;
        }
    }

    private static void WriteAudio(FrameMessage.Audio.Builder audio, in AudioInfo info)
    {
        audio.SampleRate = (uint)info.SampleRate;
        audio.Channels = checked((ushort)info.Channels);
        audio.SampleFormat = info.SampleFormat;
        audio.SampleCount = (uint)info.SampleCount;
    }

    private static void WriteEncoded(FrameMessage.Encoded.Builder encoded, in EncodedInfo info)
    {
        encoded.SchemaId = info.SchemaId;
        encoded.SchemaName = info.SchemaName;
        encoded.Encoding = info.Encoding;
    }
}
