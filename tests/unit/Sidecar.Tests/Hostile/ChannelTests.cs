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

    private static readonly int[] Positions = [64, 128, 192, 256];

    [Fact]
    public void Whatever_a_producer_writes_into_a_descriptor_ends_its_channel_at_most()
    {
        foreach (var field in Mutations.Fields<FrameDescriptor>())
        {
            foreach (var value in Mutations.Of(field.FieldType, field.GetValue(default(FrameDescriptor))!))
                Produce(sound => Mutations.With(sound, (field, value)));
        }
        siege.ShouldStand();
    }

    [Fact]
    public void Whatever_a_producer_writes_into_a_segment_ends_its_channel_at_most()
    {
        foreach (var field in Mutations.Fields<SegmentRef>())
        {
            foreach (var value in Mutations.Of(field.FieldType, field.GetValue(default(SegmentRef))!))
            {
                for (var segment = 0; segment < 2; segment++)
                {
                    var which = segment;
                    Produce(sound =>
                    {
                        sound.Segment(which) = Mutations.With(sound.Segment(which), (field, value));
                        return sound;
                    });
                }
            }
        }
        siege.ShouldStand();
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
    /// One sound frame, then the changed one, by the second camera's channel into the link and by that to the honest passer in the pod.
    /// </summary>
    private void Produce(Func<FrameDescriptor, FrameDescriptor> change)
    {
        using var camera = siege.AttachRaw("camera");
        camera.Until(() => camera.Channels.Count > 0);
        var producer = new RawProducer(camera, camera.Channels[0]) { Stream = siege.NewStream() };
        producer.Send();
        producer.Send(change);
        camera.Settle();
    }
}
