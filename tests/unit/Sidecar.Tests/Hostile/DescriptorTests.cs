using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Wire;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>
/// What a channel lets through, the far end of a link must take: if not, one producer breaks the link of all, again and again.
/// </summary>
[Trait("Category", "Slow")]
public sealed class DescriptorTests
{
    public static TheoryData<FrameKind> Kinds => [.. Enum.GetValues<FrameKind>().Where(kind => kind != FrameKind.None)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_descriptor_that_a_channel_lets_through_is_taken_at_the_far_end(FrameKind kind)
    {
        var sound = Sound(kind);
        var (passed, refused) = (0, 0);
        foreach (var (descriptor, words) in Mutants(sound))
        {
            var popped = descriptor;
            if (TryPass(ref popped))
                ShouldBeTaken(popped, words);
            _ = popped.Ticket == 0 ? refused++ : passed++;
        }
        passed.ShouldBeGreaterThan(100);
        refused.ShouldBeGreaterThan(100);
    }

    // Two fields at a time: a rule may tie one to another.
    private static IEnumerable<(FrameDescriptor Descriptor, string Words)> Mutants(FrameDescriptor sound)
    {
        var changes = Mutations.Fields<FrameDescriptor>()
            .SelectMany(field => Mutations.Of(field.FieldType, field.GetValue(sound)!).Select(value => (Field: field, Value: value)))
            .ToList();
        for (var one = 0; one < changes.Count; one++)
        {
            for (var other = 0; other <= one; other++)
                yield return (Mutations.With(sound, changes[one], changes[other]),
                    $"{changes[one].Field.Name} = {changes[one].Value}, {changes[other].Field.Name} = {changes[other].Value}");
        }
    }

    private static void ShouldBeTaken(FrameDescriptor descriptor, string mutation)
    {
        var frame = FrameDescriptors.ToLink(in descriptor);
        for (var index = 0; index < descriptor.SegmentCount; index++)
            frame.AddSegment(new MemoryPart(4096, 100));
        var bytes = new byte[FrameHeaderCodec.SizeBytes];
        FrameHeaderCodec.Write(bytes, FrameHeaderCodec.Describe(in frame, 1, 1, 0, descriptor.EdgeAgeNanoseconds));
        FrameHeaderCodec.TryRead(bytes, out var header).ShouldBe(FrameHeaderFault.None, mutation);
        var landed = FrameDescriptors.Of(in header, new BlockRef(0, 1));
        TryPass(ref landed).ShouldBeTrue(mutation);
    }

    // Each in a channel of its own: the first violation ends one.
    private static bool TryPass(ref FrameDescriptor descriptor)
    {
        descriptor.Ticket = 0;
        using var file = ChannelFile.Create(1, 2);
        using var memory = ChannelFile.Map(file.File);
        new ChannelProducer(memory).TryPush(ref descriptor).ShouldBeTrue();
        var passes = new ChannelConsumer(memory).TryPop(out var popped);
        descriptor = passes ? popped : default;
        return passes;
    }

    private static FrameDescriptor Sound(FrameKind kind)
    {
        var descriptor = new FrameDescriptor
        {
            Kind = kind,
            Stream = 7,
            Sequence = 8,
            AgeNanoseconds = 9,
            EdgeAgeNanoseconds = 10,
            SentAtNanoseconds = 11,
        };
        if (kind == FrameKind.Gap)
            (descriptor.GapCount, descriptor.GapCause) = (3, GapCause.Dropped);
        if (kind == FrameKind.Frame)
            descriptor.AddSegment(new SegmentRef(0, new BlockRef(0, 1), 0, 100));
        return descriptor;
    }
}
