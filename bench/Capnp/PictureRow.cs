using Google.Protobuf;
using K8sMediaFlow.Bench.Capnp.Rows;
using K8sMediaFlow.Bench.Protobuf;
using K8sMediaFlow.CapnProto;

namespace K8sMediaFlow.Bench.Capnp;

/// <summary>
/// A 1080p frame, its payload made in place; Protobuf, which has no place, gets it wrapped and copies it on the way out and in.
/// </summary>
internal readonly struct PictureRow : IRow
{
    private const int PayloadBytes = 1920 * 1080 * 3 / 2;

    private static readonly byte[] Payload = new byte[PayloadBytes];

    public static string Name => "1080p";

    public static int CapacityBytes => PayloadBytes + 4096;

    public static void Build(ref MessageBuilder message, uint number)
    {
        var picture = message.InitRoot<Picture.Builder>();
        picture.Stream = 7;
        picture.Sequence = number;
        picture.CaptureTimeWallNs = 1_700_000_000_000_000_000;
        picture.PresentationTimeNs = number * 33_333_333L;
        picture.DurationNs = 33_333_333;
        var video = picture.InitVideo();
        video.Width = 1920;
        video.Height = 1080;
        video.PixelFormat = 1;
        video.FrameRateNumerator = 30;
        video.FrameRateDenominator = 1;
        var planes = video.InitPlanes(3);
        Plane(planes[0], 0, 1920, 1080);
        Plane(planes[1], 1920 * 1080, 960, 540);
        Plane(planes[2], 1920 * 1080 * 5 / 4, 960, 540);
        picture.InitPayload(PayloadBytes)[0] = (byte)number;
    }

    public static ulong Read(ref MessageReader message)
    {
        var picture = message.Root<Picture.Reader>();
        var sum = picture.Stream + picture.Sequence + (ulong)picture.CaptureTimeWallNs + (ulong)picture.PresentationTimeNs
            + (ulong)picture.DurationNs;
        var video = picture.Video;
        sum += video.Width + video.Height + video.PixelFormat + video.FrameRateNumerator + video.FrameRateDenominator;
        foreach (var plane in video.Planes)
            sum += plane.OffsetBytes + plane.StrideBytes + plane.Rows;
        var payload = picture.Payload;
        return sum + payload[0] + payload[^1] + (ulong)payload.Length;
    }

    public static int BuildProtobuf(byte[] buffer, uint number)
    {
        Payload[0] = (byte)number;
        var picture = new ProtobufFrame
        {
            Stream = 7,
            Sequence = number,
            CaptureTimeWallNs = 1_700_000_000_000_000_000,
            PresentationTimeNs = number * 33_333_333L,
            DurationNs = 33_333_333,
            Video = new ProtobufVideo { Width = 1920, Height = 1080, PixelFormat = 1, FrameRateNumerator = 30, FrameRateDenominator = 1 },
            Payload = UnsafeByteOperations.UnsafeWrap(Payload),
        };
        picture.Video.Planes.Add(new ProtobufPlane { StrideBytes = 1920, Rows = 1080 });
        picture.Video.Planes.Add(new ProtobufPlane { OffsetBytes = 1920 * 1080, StrideBytes = 960, Rows = 540 });
        picture.Video.Planes.Add(new ProtobufPlane { OffsetBytes = 1920 * 1080 * 5 / 4, StrideBytes = 960, Rows = 540 });
        var lengthBytes = picture.CalculateSize();
        picture.WriteTo(buffer.AsSpan(0, lengthBytes));
        return lengthBytes;
    }

    public static ulong ReadProtobuf(ReadOnlySpan<byte> serialised)
    {
        var picture = ProtobufFrame.Parser.ParseFrom(serialised);
        var sum = picture.Stream + picture.Sequence + (ulong)picture.CaptureTimeWallNs + (ulong)picture.PresentationTimeNs
            + (ulong)picture.DurationNs;
        var video = picture.Video;
        sum += video.Width + video.Height + video.PixelFormat + video.FrameRateNumerator + video.FrameRateDenominator;
        foreach (var plane in video.Planes)
            sum += plane.OffsetBytes + plane.StrideBytes + plane.Rows;
        return sum + picture.Payload[0] + picture.Payload[^1] + (ulong)picture.Payload.Length;
    }

    private static void Plane(Picture.Plane.Builder plane, uint offsetBytes, uint strideBytes, uint rows)
    {
        plane.OffsetBytes = offsetBytes;
        plane.StrideBytes = strideBytes;
        plane.Rows = rows;
    }
}
