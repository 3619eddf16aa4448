using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Wire;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sidecar.Tests.Hostile;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Links;

public sealed class FrameHeaderCodecTests
{
    [Fact]
    public void A_header_comes_back_as_it_was_written()
    {
        var header = FrameHeaderCodec.Describe(Frame(), 3, 77, 5, 1234);
        var bytes = Bytes(header);
        FrameHeaderCodec.TryRead(bytes, out var read).ShouldBe(FrameHeaderFault.None);
        read.ShouldBe(header);
        (read.Segment0, read.Segment1).ShouldBe((new SegmentExtent(256, 100), new SegmentExtent(384, 5000)));
        read.TotalLengthBytes.ShouldBe(256UL + 128 + 5056);
    }

    [Fact]
    public void Fields_lie_where_the_wire_format_says()
    {
        var bytes = Bytes(FrameHeaderCodec.Describe(Frame(), 0x01020304, 0x1112131415161718, 0x21222324, 0x3132333435363738));
        bytes[..4].ShouldBe("KMFF"u8.ToArray());
        BitConverter.ToUInt32(bytes, 4).ShouldBe(0x01020304u);
        BitConverter.ToUInt64(bytes, 8).ShouldBe(0x1112131415161718UL);
        BitConverter.ToUInt32(bytes, 16).ShouldBe(0x21222324u);
        BitConverter.ToUInt16(bytes, 20).ShouldBe((ushort)1);
        BitConverter.ToUInt16(bytes, 22).ShouldBe((ushort)2);
        BitConverter.ToUInt64(bytes, 24).ShouldBe(7UL);
        BitConverter.ToUInt64(bytes, 32).ShouldBe(8UL);
        BitConverter.ToUInt64(bytes, 40).ShouldBe(9UL);
        BitConverter.ToUInt64(bytes, 48).ShouldBe(0x3132333435363738UL);
        BitConverter.ToUInt64(bytes, 72).ShouldBe(256UL + 128 + 5056);
        BitConverter.ToUInt32(bytes, 88).ShouldBe(384u);
        bytes[104..].ShouldAllBe(value => value == 0);
    }

    [Theory]
    [InlineData(0, FrameHeaderFault.Magic)]
    [InlineData(20, FrameHeaderFault.Kind)]
    [InlineData(22, FrameHeaderFault.SegmentCount)]
    [InlineData(57, FrameHeaderFault.Flags)]
    [InlineData(60, FrameHeaderFault.Gap)]
    [InlineData(64, FrameHeaderFault.Gap)]
    [InlineData(72, FrameHeaderFault.TotalLength)]
    [InlineData(80, FrameHeaderFault.SegmentTable)]
    [InlineData(85, FrameHeaderFault.SegmentTable)]
    [InlineData(96, FrameHeaderFault.SegmentTable)]
    [InlineData(100, FrameHeaderFault.SegmentTable)]
    [InlineData(255, FrameHeaderFault.Reserved)]
    public void One_wrong_byte_is_found_and_named(int offset, FrameHeaderFault fault)
    {
        var bytes = Bytes(FrameHeaderCodec.Describe(Frame(), 3, 77, 5, 0));
        bytes[offset] = 0x77;
        FrameHeaderCodec.TryRead(bytes, out _).ShouldBe(fault);
    }

    [Fact]
    public void Random_bytes_are_refused_or_describe_segments_inside_their_total()
    {
        var random = new Random(Seed.Take(nameof(FrameHeaderCodecTests)));
        var sound = Bytes(FrameHeaderCodec.Describe(Frame(), 3, 77, 5, 0));
        for (var run = 0; run < 200_000; run++)
        {
            var bytes = sound.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
                bytes[random.Next(4, 104)] = (byte)random.Next(256);
            if (FrameHeaderCodec.TryRead(bytes, out var header) == FrameHeaderFault.None)
                CheckSlowly(header);
        }
    }

    [Fact]
    public void A_header_with_any_word_changed_is_refused_or_describes_segments_inside_its_total()
    {
        var (taken, refused) = (0, 0);
        foreach (var bytes in WireMutations.Of(Bytes(FrameHeaderCodec.Describe(Frame(), 3, 77, 5, 0))))
        {
            if (FrameHeaderCodec.TryRead(bytes, out var header) != FrameHeaderFault.None)
            {
                refused++;
                continue;
            }
            taken++;
            CheckSlowly(header);
        }
        taken.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(100);
    }

    private static void CheckSlowly(FrameHeader header)
    {
        long end = FrameHeaderCodec.SizeBytes;
        for (var index = 0; index < header.SegmentCount; index++)
        {
            var segment = header.Segment(index);
            (segment.OffsetBytes % 64).ShouldBe(0u);
            ((long)segment.OffsetBytes).ShouldBeGreaterThanOrEqualTo(end);
            end = (long)segment.OffsetBytes + segment.LengthBytes;
        }
        end.ShouldBeLessThanOrEqualTo((long)header.TotalLengthBytes);
    }

    private static LinkFrame Frame()
    {
        var frame = new LinkFrame { Kind = FrameKind.Frame, Stream = 7, Sequence = 8, AgeNanoseconds = 9 };
        frame.AddSegment(new MemoryPart(4096, 100));
        frame.AddSegment(new MemoryPart(8192, 5000));
        return frame;
    }

    private static byte[] Bytes(in FrameHeader header)
    {
        var bytes = new byte[FrameHeaderCodec.SizeBytes];
        FrameHeaderCodec.Write(bytes, header);
        return bytes;
    }
}
