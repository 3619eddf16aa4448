using System.Globalization;
using System.Text;
using K8sMediaFlow.CapnProto;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Messages.Tests;

public sealed class FrameEnvelopeTests : IDisposable
{
    private const int PayloadBytes = 1920 * 1080 * 3 / 2;

    private readonly GuardedMemory _envelope = new(4096);
    private readonly GuardedMemory _payload = new(PayloadBytes);
    private int _length;

    [Fact]
    public void A_video_frame_reads_as_it_was_written()
    {
        var info = SampleFrames.Video();
        var view = WriteAndRead(in info);
        view.Info.Stream.ShouldBe(info.Stream);
        view.Info.Sequence.ShouldBe(42UL);
        view.Info.PresentationTimeNs.ShouldBe(info.PresentationTimeNs);
        view.Info.Video.ShouldBe(info.Video);
        view.Payload0.Overlaps(_payload.Span, out var offset).ShouldBeTrue();
        (offset, view.Payload0.Length).ShouldBe((0, PayloadBytes));
        view.Plane(2).Length.ShouldBe(1920 * 1080 / 4);
        view.Payload1.IsEmpty.ShouldBeTrue();
        Should.Throw<ArgumentOutOfRangeException>(() => WriteAndRead(SampleFrames.Video()).Plane(3));
    }

    [Fact]
    public void Times_in_ticks_read_as_they_were_written()
    {
        var random = new Random(Seed.Take(nameof(FrameEnvelopeTests)));
        for (var round = 0; round < 500; round++)
        {
            var info = SampleFrames.Video();
            info.Timing = new()
            {
                BaseNumerator = random.Next(1, int.MaxValue),
                BaseDenominator = random.Next(1, int.MaxValue),
                PresentationTicks = random.NextInt64(long.MinValue, long.MaxValue),
                DurationTicks = random.NextInt64(long.MinValue, long.MaxValue),
            };
            WriteAndRead(in info).Info.Timing.ShouldBe(info.Timing);
        }
        WriteAndRead(SampleFrames.Video()).Info.Timing.IsKnown.ShouldBeFalse();
    }

    [Theory]
    [InlineData(0, 25)]
    [InlineData(-1, 25)]
    [InlineData(int.MinValue, 25)]
    public void A_time_base_that_is_no_time_is_refused(int numerator, int denominator)
    {
        var info = SampleFrames.Video();
        info.Timing = new() { BaseNumerator = numerator, BaseDenominator = denominator };
        _length = FrameEnvelope.Write(_envelope.Span, in info, PayloadBytes);
        FrameEnvelope.TryRead(_envelope.Span[.._length], _payload.Span, default, out _, out var error).ShouldBeFalse();
        error.ShouldBe(CapnProtoError.BadValue);
    }

    [Fact]
    public void Sound_and_encoded_frames_read_as_they_were_written()
    {
        var audio = new FrameInfo
        {
            Kind = MediaKind.Audio,
            Audio = new AudioInfo { SampleRate = 48000, Channels = 2, SampleFormat = SampleFormat.S16le, SampleCount = 1024 },
        };
        WriteAndRead(in audio).Info.Audio.ShouldBe(audio.Audio);
        var encoded = new FrameInfo
        {
            Kind = MediaKind.Encoded,
            Encoded = new EncodedInfo { SchemaId = 7, SchemaName = "scores.Score", Encoding = PayloadEncoding.Protobuf },
        };
        WriteAndRead(in encoded).Info.Encoded.ShouldBe(encoded.Encoded);
    }

    [Fact]
    public void Two_payloads_stand_in_two_segments()
    {
        var info = SampleFrames.Video(16, 16);
        var planes = info.Video.Planes;
        planes.Add(new PlaneInfo(0, 16, 4, Payload: 1));
        var video = info.Video;
        video.Planes = planes;
        info.Video = video;
        using var second = new GuardedMemory(64);
        second.Span.Fill(9);
        var length = FrameEnvelope.Write(_envelope.Span, in info, 384, 64);
        FrameEnvelope.TryRead(_envelope.Span[..length], _payload.Last(384), second.Span, out var view, out _).ShouldBeTrue();
        view.Plane(3).ToArray().ShouldBe(second.Span.ToArray());
    }

    [NeedsFact("capnp")]
    public void The_reference_decodes_an_envelope_with_its_payload_in_a_segment_of_its_own()
    {
        var info = SampleFrames.Video(4, 2);
        "0123456789ab"u8.CopyTo(_payload.Span);
        var length = FrameEnvelope.Write(_envelope.Span, in info, 12, 0, SampleFrames.Metadata());
        var text = Schemas.Decode("frame", "FrameMessage", Framed(_envelope.Span[..length], _payload.Span[..16]));
        foreach (var part in (string[])["sequence = 42", "width = 4", "pixelFormat = yuv420p", "payload0 = \"0123456789ab\"",
            "name = \"score\", float64 = 0.75", "int64List = [1, -2, 3]", "text = \"Tor für…\"", "payload = 0"])
            text.ShouldContain(part);
    }

    [Fact]
    public void Metadata_is_passed_on_and_overridden()
    {
        var info = SampleFrames.Video();
        var view = WriteAndRead(in info, SampleFrames.Metadata());
        var passed = new FrameMetadata();
        passed.CopyFrom(view.Metadata);
        passed.Set("score", 0.5);
        passed.Set("label", "a longer text than the one before");
        passed.Remove("blob").ShouldBeTrue();
        passed.Set("new", 1L);
        var next = WriteAndRead(in info, passed);
        Describe(next.Metadata)
            .ShouldBe("score=0.5 scene=3 cut=True label=a longer text than the one before histogram=0.5,0.25 counts=1,-2,3 new=1");
        next.Metadata.TryGet("score", out double score).ShouldBeTrue();
        score.ShouldBe(0.5);
        next.Metadata.TryGet("score", out long _).ShouldBeFalse();
        next.Metadata.TryGet("blob", out string _).ShouldBeFalse();
    }

    [Fact]
    public void Writing_reading_and_passing_on_allocate_nothing()
    {
        var info = SampleFrames.Video();
        var first = SampleFrames.Metadata();
        var passed = new FrameMetadata();
        void Once(ref FrameInfo frame)
        {
            frame.Sequence++;
            _length = FrameEnvelope.Write(_envelope.Span, in frame, PayloadBytes, 0, first);
            FrameEnvelope.TryRead(_envelope.Span[.._length], _payload.Span, default, out var view, out _);
            passed.Clear();
            passed.CopyFrom(view.Metadata);
            passed.Set("score", 0.5 + view.Plane(1).Length);
            passed.Set("label", "other");
            _length = FrameEnvelope.Write(_envelope.Span, in frame, PayloadBytes, 0, passed);
        }

        for (var warm = 0; warm < 200; warm++)
            Once(ref info);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var again = 0; again < 1000; again++)
            Once(ref info);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void An_encoded_frame_read_again_and_again_allocates_its_schema_name_once()
    {
        var info = new FrameInfo { Kind = MediaKind.Encoded, Encoded = new EncodedInfo { SchemaName = "scores.Score" } };
        _ = WriteAndRead(in info);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var again = 0; again < 100; again++)
            _ = WriteAndRead(in info);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Theory]
    [InlineData(PayloadBytes - 1)]
    [InlineData(64)]
    [InlineData(0)]
    public void A_payload_shorter_than_the_envelope_says_is_refused(int lengthBytes)
    {
        var info = SampleFrames.Video();
        _length = FrameEnvelope.Write(_envelope.Span, in info, PayloadBytes);
        FrameEnvelope.TryRead(_envelope.Span[.._length], _payload.Last(lengthBytes), default, out _, out var error).ShouldBeFalse();
        error.ShouldBe(lengthBytes == 0 ? CapnProtoError.UnknownSegment : CapnProtoError.OutOfBounds);
    }

    [Theory]
    [InlineData(0, 1920, 1621, 0)]
    [InlineData(1, 1920, 1620, 0)]
    [InlineData(-64, 1920, 10, 0)]
    [InlineData(0, int.MaxValue, int.MaxValue, 0)]
    [InlineData(0, 1, 1, 1)]
    [InlineData(0, 0, 0, 2)]
    public void A_plane_outside_its_payload_is_refused(int offset, int stride, int rows, byte payload)
    {
        var info = SampleFrames.Video();
        var planes = default(PlaneSet);
        planes.Add(new PlaneInfo(offset, stride, rows, payload));
        var video = info.Video;
        video.Planes = planes;
        info.Video = video;
        _length = FrameEnvelope.Write(_envelope.Span, in info, PayloadBytes);
        FrameEnvelope.TryRead(_envelope.Span[.._length], _payload.Span, default, out _, out var error).ShouldBeFalse();
        error.ShouldBe(CapnProtoError.BadValue);
    }

    [Fact]
    public void An_envelope_fits_the_size_that_is_asked_for_it()
    {
        var random = new Random(Seed.Take(nameof(FrameEnvelopeTests)));
        for (var round = 0; round < 500; round++)
        {
            var metadata = RandomMetadata(random);
            var info = random.Next(2) == 0
                ? SampleFrames.Video()
                : new FrameInfo { Kind = MediaKind.Encoded, Encoded = new EncodedInfo { SchemaName = new string('ä', random.Next(300)) } };
            using var exact = new GuardedMemory((FrameEnvelope.SizeBytesMax(in info, metadata) + 7) & ~7);
            FrameEnvelope.Write(exact.Span, in info, PayloadBytes, 64, metadata).ShouldBeLessThanOrEqualTo(exact.LengthBytes);
        }
    }

    [Fact]
    public void An_envelope_that_does_not_fit_its_block_is_refused() =>
        Should.Throw<CapnProtoException>(() =>
        {
            var metadata = new FrameMetadata();
            metadata.Set("blob", new byte[5000]);
            FrameEnvelope.Write(_envelope.Span, SampleFrames.Video(), PayloadBytes, 0, metadata);
        }).Error.ShouldBe(CapnProtoError.OutOfSpace);

    [Fact]
    public void Names_that_are_empty_or_too_long_are_refused()
    {
        var metadata = new FrameMetadata();
        Should.Throw<ArgumentException>(() => metadata.Set("", 1L));
        Should.Throw<ArgumentException>(() => metadata.Set(new string('x', 256), 1L));
    }

    [Fact]
    public void Format_names_are_those_of_ffmpeg_and_go_both_ways()
    {
        MediaFormats.Name(PixelFormat.Yuv420p10le).ShouldBe("yuv420p10le");
        MediaFormats.TryParse("nv12", out PixelFormat pixels).ShouldBeTrue();
        pixels.ShouldBe(PixelFormat.Nv12);
        MediaFormats.TryParse("f32le", out SampleFormat samples).ShouldBeTrue();
        samples.ShouldBe(SampleFormat.F32le);
        MediaFormats.TryParse("unknown", out PixelFormat _).ShouldBeFalse();
        MediaFormats.Name((PixelFormat)999).ShouldBe("unknown");
    }

    public void Dispose()
    {
        _envelope.Dispose();
        _payload.Dispose();
    }

    private FrameView WriteAndRead(in FrameInfo info, FrameMetadata? metadata = null)
    {
        _length = FrameEnvelope.Write(_envelope.Span, in info, PayloadBytes, 0, metadata);
        FrameEnvelope.TryRead(_envelope.Span[.._length], _payload.Span, default, out var view, out _).ShouldBeTrue();
        return view;
    }

    private static FrameMetadata RandomMetadata(Random random)
    {
        var metadata = new FrameMetadata();
        for (var entry = random.Next(20); entry > 0; entry--)
        {
            var name = new string((char)('a' + random.Next(26)), random.Next(1, 200));
            if (random.Next(2) == 0)
                metadata.Set(name, new byte[random.Next(100)]);
            else
                metadata.Set(name, new long[random.Next(20)]);
        }

        return metadata;
    }

    private static string Describe(FrameMetadataReader metadata)
    {
        var text = new StringBuilder();
        foreach (var entry in metadata)
            text.Append(text.Length > 0 ? " " : "").Append(entry.Name.ToString()).Append('=').Append(Value(entry));
        return text.ToString();
    }

    private static string Value(FrameMessage.Metadata.Reader entry) => entry.Which switch
    {
        FrameMessage.Metadata.Which.Int64 => entry.Int64.ToString(CultureInfo.InvariantCulture),
        FrameMessage.Metadata.Which.Float64 => entry.Float64.ToString(CultureInfo.InvariantCulture),
        FrameMessage.Metadata.Which.Bool => entry.Bool.ToString(),
        FrameMessage.Metadata.Which.Text => entry.Text.ToString(),
        FrameMessage.Metadata.Which.Data => Convert.ToHexString(entry.Data),
        FrameMessage.Metadata.Which.Float64List => string.Join(',', entry.Float64List.ToArray()),
        _ => string.Join(',', entry.Int64List.ToArray()),
    };

    private static byte[] Framed(ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> payload) =>
        [1, 0, 0, 0, .. BitConverter.GetBytes(envelope.Length / 8), .. BitConverter.GetBytes(payload.Length / 8), 0, 0, 0, 0, .. envelope,
            .. payload];
}
