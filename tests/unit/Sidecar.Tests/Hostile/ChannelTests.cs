using System.Buffers.Binary;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>
/// Every field of a descriptor and of its segments, every position and every return, as a producer and a consumer of the sidecar may write
/// them.
/// </summary>
[Trait("Category", "Slow")]
public sealed class ChannelTests(Siege siege) : IClassFixture<Siege>
{
    private const int CountersOffset = 512, CountersBytes = 3584, ReturnsOffset = 4096 + (128 * Scene.Capacity);

    /// <summary>What one mutant leaves behind is still there at the end; a look meanwhile says roughly which one it was.</summary>
    private const int MutantsBetweenLooks = 50, BlocksUsed = 4;

    private int _produced;

    private static readonly int[] Positions = [64, 128, 192, 256];

    [Fact]
    public void Whatever_a_producer_writes_into_a_descriptor_ends_its_channel_at_most()
    {
        var sample = Sound();
        foreach (var field in Mutations.Fields<FrameDescriptor>())
        {
            foreach (var value in Mutations.Of(field.FieldType, field.GetValue(sample)!))
                Produce(sound => Mutations.With(sound, (field, value)));
        }
        ShouldStand();
    }

    [Fact]
    public void Whatever_a_producer_writes_into_a_segment_ends_its_channel_at_most()
    {
        var sample = Sound();
        for (var segment = 0; segment < 2; segment++)
        {
            var which = segment;
            foreach (var field in Mutations.Fields<SegmentRef>())
            {
                foreach (var value in Mutations.Of(field.FieldType, field.GetValue(sample.Segment(which))!))
                    Produce(sound => With(sound, which, Mutations.With(sound.Segment(which), (field, value))));
            }
        }
        ShouldStand();
    }

    [Fact]
    public void Whatever_either_end_writes_over_the_positions_ends_its_channel_at_most()
    {
        foreach (var name in new[] { "camera", "show" })
        {
            foreach (var position in Positions)
            {
                foreach (var value in new ulong[] { 0, 1, 2, Scene.Capacity, Scene.Capacity + 1, ulong.MaxValue })
                {
                    using var attached = siege.AttachRaw(name).AwaitChannel();
                    BinaryPrimitives.WriteUInt64LittleEndian(attached.Rings!.Span(position, 8), value);
                    attached.Peer!.Ring();
                    attached.Settle();
                }
            }
        }
        siege.ShouldStand();
    }

    [Fact]
    public void Whatever_a_consumer_returns_ends_its_channel_at_most()
    {
        foreach (var ticket in new[] { 0UL, 1UL, 2UL, ulong.MaxValue })
        {
            foreach (var kind in new[] { 0u, 1u, 2u, 3u, 4u, uint.MaxValue })
            {
                using var show = siege.AttachRaw("show").AwaitChannel();
                var cell = show.Rings!.Span(ReturnsOffset, 16);
                BinaryPrimitives.WriteUInt64LittleEndian(cell, ticket);
                BinaryPrimitives.WriteUInt32LittleEndian(cell[8..], kind);
                BinaryPrimitives.WriteUInt64LittleEndian(show.Rings.Span(Positions[2], 8), 1);
                show.Peer!.Ring();
                show.AwaitClosed();
            }
        }
        siege.ShouldStand();
    }

    [Fact]
    public void Whatever_a_consumer_counts_its_pod_still_has_a_status()
    {
        for (var life = 0; life < 3; life++)
        {
            using var show = siege.AttachRaw("show").AwaitChannel();
            show.Rings!.Span(CountersOffset, CountersBytes).Fill(0xFF);
            foreach (var edge in siege.Near.Status.Edges)
            {
                edge.Frames.ShouldBeGreaterThanOrEqualTo(0);
                edge.Bytes.ShouldBeGreaterThanOrEqualTo(0);
                edge.Latency.Percentile(0.5).ShouldBeGreaterThanOrEqualTo(0);
            }
        }
        siege.ShouldStand();
    }

    /// <summary>
    /// What the second camera sends when it does as it should; a life's region is new, so it is the same in each. What lies beside such
    /// values is stale or off by one.
    /// </summary>
    private FrameDescriptor Sound()
    {
        var sample = default(FrameDescriptor);
        Produce(sound => sample = sound);
        var again = default(FrameDescriptor);
        Produce(sound => again = sound);
        again.Segment(1).ShouldBe(sample.Segment(1));
        sample.Segment(1).Generation.ShouldBeGreaterThan(1u, "an earlier life of its block is to be among the mutants");
        return sample;
    }

    /// <summary>The blocks that the next frames take have had a life before.</summary>
    private static void Use(RegionWriter region)
    {
        var quota = new BlockQuota(BlocksUsed);
        for (var count = 0; count < BlocksUsed; count++)
            region.TryTake(1, quota, out _).ShouldBeTrue();
        for (var block = 0u; block < BlocksUsed; block++)
            region.Release(new BlockRef(block, 1)).ShouldBeTrue();
    }

    private static FrameDescriptor With(FrameDescriptor descriptor, int index, SegmentRef segment)
    {
        descriptor.Segment(index) = segment;
        return descriptor;
    }

    /// <summary>And what it sent did not cost the links that it shares with the honest: the pods beside have not lost one.</summary>
    private void ShouldStand()
    {
        siege.ShouldStand();
        siege.Far.Runtime.Inbound.ShouldAllBe(pair => pair.Link.Status.Losses == 0);
    }

    private void Produce(Func<FrameDescriptor, FrameDescriptor> change)
    {
        ProduceOnce(change);
        if (++_produced % MutantsBetweenLooks == 0)
            ShouldStand();
    }

    /// <summary>
    /// One sound frame, then the changed one, by the second camera's channel into the link and by that to the honest passer in the pod.
    /// </summary>
    private void ProduceOnce(Func<FrameDescriptor, FrameDescriptor> change)
    {
        using var camera = siege.AttachRaw("camera");
        camera.Until(() => camera.Channels.Count > 0);
        Use(camera.Writer!);
        var producer = new RawProducer(camera, camera.Channels[0]) { Stream = siege.NewStream() };
        producer.Send();
        producer.Send(change);
        camera.Settle();
    }
}
