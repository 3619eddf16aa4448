using K8sMediaFlow.CapnProto.Tests.Samples;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>Payload areas: aligned, untouched, and where they belong.</summary>
public class PayloadTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(64)]
    [InlineData(4096)]
    public unsafe void A_payload_area_is_aligned_and_keeps_what_the_memory_held(int alignmentBytes)
    {
        using var memory = new GuardedMemory(64 * 1024);
        memory.Span.Fill(0xaa);
        var message = new MessageBuilder(memory.Span);
        var area = message.InitRoot<Everything.Builder>().InitData(10_001, alignmentBytes);
        fixed (byte* start = area)
            ((nint)start % alignmentBytes).ShouldBe(0);
        area[..10_000].IndexOfAnyExcept((byte)0xaa).ShouldBe(-1);
        area.Length.ShouldBe(10_001);
        area[10_000] = 7;
        var reader = new MessageReader(message.SegmentBytes(0), ReadLimits.Default);
        reader.Root<Everything.Reader>().Data[10_000].ShouldBe((byte)7);
        reader.Root<Everything.Reader>().Data.Length.ShouldBe(10_001);
    }

    [Fact]
    public void An_aligned_payload_may_stand_in_another_segment_behind_a_far_pointer()
    {
        using var first = new GuardedMemory(512);
        using var second = new GuardedMemory(16 * 1024);
        var message = new MessageBuilder(first.Span);
        message.AddSegment(second.Span);
        var area = message.InitRoot<Everything.Builder>().InitData(4096, 4096);
        area.Fill(5);
        message.UsedBytes(1).ShouldBeGreaterThan(4096);
        var reader = new MessageReader(message.SegmentBytes(0), ReadLimits.Default);
        reader.AddSegment(message.SegmentBytes(1));
        reader.Root<Everything.Reader>().Data.IndexOfAnyExcept((byte)5).ShouldBe(-1);
    }

    [Fact]
    public void A_payload_longer_than_its_segment_is_refused_on_both_ends()
    {
        using var envelope = new GuardedMemory(512);
        using var payload = new GuardedMemory(100);
        Should.Throw<CapnProtoException>(() =>
        {
            var builder = new MessageBuilder(envelope.Span);
            builder.InitRoot<Everything.Builder>().SetExternalData(builder.AddExternalSegment(100), 101);
        }).Error.ShouldBe(CapnProtoError.OutOfBounds);
        Should.Throw<CapnProtoException>(() =>
        {
            var builder = new MessageBuilder(envelope.Span);
            builder.InitRoot<Everything.Builder>().SetExternalData(builder.AddExternalSegment(101), 101);
            var reader = new MessageReader(builder.SegmentBytes(0), ReadLimits.Default);
            reader.AddSegment(payload.Span);
            _ = reader.Root<Everything.Reader>().Data;
        }).Error.ShouldBe(CapnProtoError.OutOfBounds);
    }
}
