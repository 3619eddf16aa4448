using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Protobuf;
using K8sMediaFlow.Bench.Protobuf;

namespace K8sMediaFlow.Bench.Encode;

/// <summary>The same message by Google.Protobuf and by System.Text.Json: built, serialised into one buffer, parsed from it.</summary>
internal static partial class EncodePeers
{
    /// <summary>Nanoseconds of one round trip.</summary>
    /// <param name="payload">The payload where it is before.</param>
    /// <param name="wrapped">Whether the payload goes into the message without a copy: an unsafe call that few users know.</param>
    public static double Protobuf(byte[] payload, byte[] buffer, bool wrapped)
    {
        var start = Stopwatch.GetTimestamp();
        var message = new ProtobufFrame
        {
            Stream = 7,
            Sequence = 42,
            CaptureTimeWallNs = 1_700_000_000_000_000_000,
            DurationNs = 33_333_333,
            PresentationTimeNs = 1_400_000_000,
            Video = new ProtobufVideo { Width = 1920, Height = 1080, PixelFormat = 1, FrameRateNumerator = 30, FrameRateDenominator = 1 },
            Payload = wrapped ? UnsafeByteOperations.UnsafeWrap(payload) : ByteString.CopyFrom(payload),
        };
        message.Video.Planes.Add(new ProtobufPlane { StrideBytes = 1920, Rows = 1080 });
        message.Video.Planes.Add(new ProtobufPlane { OffsetBytes = 1920 * 1080, StrideBytes = 960, Rows = 540 });
        message.Video.Planes.Add(new ProtobufPlane { OffsetBytes = 1920 * 1080 * 5 / 4, StrideBytes = 960, Rows = 540 });
        var lengthBytes = message.CalculateSize();
        message.WriteTo(buffer.AsSpan(0, lengthBytes));
        var read = ProtobufFrame.Parser.ParseFrom(buffer.AsSpan(0, lengthBytes));
        if (read.Payload.Length != payload.Length || read.Video.Planes.Count != 3)
            throw new InvalidOperationException("the message did not read");
        return Stopwatch.GetTimestamp() - start;
    }

    /// <summary>Nanoseconds of one round trip, the payload as base64.</summary>
    public static double Json(byte[] payload)
    {
        var start = Stopwatch.GetTimestamp();
        var bytes = JsonSerializer.SerializeToUtf8Bytes(new JsonFrame(7, 42, 33_333_333, 1920, 1080, "yuv420p", payload),
            JsonContext.Default.JsonFrame);
        var read = JsonSerializer.Deserialize(bytes, JsonContext.Default.JsonFrame);
        if (read!.Payload.Length != payload.Length)
            throw new InvalidOperationException("the message did not read");
        return Stopwatch.GetTimestamp() - start;
    }

    internal sealed record JsonFrame(ulong Stream, ulong Sequence, long DurationNs, int Width, int Height, string PixelFormat,
        byte[] Payload);

    [JsonSerializable(typeof(JsonFrame))]
    private sealed partial class JsonContext : JsonSerializerContext;
}
