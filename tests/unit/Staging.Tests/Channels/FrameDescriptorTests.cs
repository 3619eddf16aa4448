using System.Runtime.CompilerServices;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Staging.Tests.Channels;

public sealed class FrameDescriptorTests
{
    [Fact]
    public void Sizes_are_what_the_wire_document_says()
    {
        Unsafe.SizeOf<FrameDescriptor>().ShouldBe(128);
        Unsafe.SizeOf<SegmentRef>().ShouldBe(20);
        Unsafe.SizeOf<ReturnEntry>().ShouldBe(16);
    }

    [Fact]
    public void Fields_lie_where_the_wire_document_says()
    {
        var descriptor = default(FrameDescriptor);
        OffsetOf(ref descriptor, ref descriptor.Stream).ShouldBe(0);
        OffsetOf(ref descriptor, ref descriptor.Sequence).ShouldBe(8);
        OffsetOf(ref descriptor, ref descriptor.Ticket).ShouldBe(16);
        OffsetOf(ref descriptor, ref descriptor.Epoch).ShouldBe(24);
        OffsetOf(ref descriptor, ref descriptor.Kind).ShouldBe(28);
        OffsetOf(ref descriptor, ref descriptor.SegmentCount).ShouldBe(30);
        OffsetOf(ref descriptor, ref descriptor.AgeNanoseconds).ShouldBe(32);
        OffsetOf(ref descriptor, ref descriptor.EdgeAgeNanoseconds).ShouldBe(40);
        OffsetOf(ref descriptor, ref descriptor.SentAtNanoseconds).ShouldBe(48);
        OffsetOf(ref descriptor, ref descriptor.Flags).ShouldBe(56);
        OffsetOf(ref descriptor, ref descriptor.GapCount).ShouldBe(60);
        OffsetOf(ref descriptor, ref descriptor.Segment(0)).ShouldBe(64);
        OffsetOf(ref descriptor, ref descriptor.Segment(1)).ShouldBe(84);
        OffsetOf(ref descriptor, ref descriptor.Segment(2)).ShouldBe(104);
        OffsetOf(ref descriptor, ref descriptor.GapCause).ShouldBe(124);
    }

    [Fact]
    public void Fields_of_a_segment_lie_where_the_wire_document_says()
    {
        var segment = default(SegmentRef);
        OffsetOf(ref segment, ref segment.Region).ShouldBe(0);
        OffsetOf(ref segment, ref segment.Block).ShouldBe(4);
        OffsetOf(ref segment, ref segment.Generation).ShouldBe(8);
        OffsetOf(ref segment, ref segment.Offset).ShouldBe(12);
        OffsetOf(ref segment, ref segment.Length).ShouldBe(16);
    }

    [Fact]
    public void A_fourth_segment_breaks_an_invariant()
    {
        var descriptor = default(FrameDescriptor);
        for (var count = 0; count < 3; count++)
            descriptor.AddSegment(default);
        descriptor.Segments.Length.ShouldBe(3);
        Should.Throw<InvariantException>(() => descriptor.AddSegment(default));
    }

    private static nint OffsetOf<TStruct, TField>(ref TStruct start, ref TField field) =>
        Unsafe.ByteOffset(ref Unsafe.As<TStruct, byte>(ref start), ref Unsafe.As<TField, byte>(ref field));
}
