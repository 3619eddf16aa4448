using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>What media operators can do to the memory that the sidecar maps, and to its descriptors.</summary>
[Trait("Category", "Slow")]
public sealed class MemoryTests(Siege siege) : IClassFixture<Siege>
{
    [Fact]
    public void A_descriptor_that_names_a_buried_region_bans_and_kills_nobody()
    {
        using (var relay = siege.AttachRaw("relay"))
        {
            var (producer, index, stored) = EndCamera(relay);
            stored.Dispose();
            producer.Send(descriptor => InRegion(descriptor, index, new BlockRef(0, 1)));
            siege.AwaitBanned("relay").ShouldContain("no memory of its producer (UnknownRegion)");
        }
        siege.ShouldStand();
    }

    [Fact]
    public void Who_passes_on_a_frame_whose_owner_takes_its_block_back_is_not_banned()
    {
        using (var camera = siege.AttachRaw("camera"))
        {
            camera.Until(() => camera.Channels.Exists(channel => channel.Peer == "relay-0"));
            var payload = default(SegmentRef);
            var producer = new RawProducer(camera, camera.Channels.Single(channel => channel.Peer == "relay-0"))
            {
                Stream = siege.NewStream(),
            };
            producer.Send(descriptor =>
            {
                payload = descriptor.Segment(1);
                return descriptor;
            });
            siege.PassOn(producer.Stream,
                before: () => camera.Writer!.Release(new BlockRef(payload.Block, payload.Generation)).ShouldBeTrue());
            siege.Flow();
        }
        siege.Near.Status.Operators.Single(one => one is { Name: "relay", Replica: 0 }).State.ShouldBe(MediaOperatorState.Attached);
        siege.ShouldStand();
    }

    [Fact]
    public void What_a_link_sends_stays_mapped_whatever_its_passer_says()
    {
        using (var relay = siege.AttachRaw("relay"))
        {
            var (producer, _, stored) = EndCamera(relay);
            // The far sink keeps it, so that the link may have to send it again.
            stored.Payload.ToArray().ShouldAllBe(value => value == Filling);
            siege.ReplaceFar();
            using var again = siege.AwaitStored(producer.Stream);
            again.Payload.ToArray().ShouldAllBe(value => value == Filling);
        }
        siege.ShouldStand();
    }

    [Theory]
    [InlineData(AttachMessage.Which.Region)]
    [InlineData(AttachMessage.Which.ChannelRegion)]
    [InlineData(AttachMessage.Which.Channel)]
    public void A_process_that_dies_between_an_offer_and_its_answer_leaves_nothing(AttachMessage.Which silentAt)
    {
        foreach (var name in new[] { "camera", "relay", "show" })
        {
            using var dying = siege.AttachRaw(name, silentAt);
            if (name != "camera")
                dying.Until(() => dying.Heard.Contains(silentAt));
        }
        siege.ShouldStand();
    }

    [Fact]
    public void Gifts_beside_empty_datagrams_and_beside_words_leave_nothing()
    {
        using var gift = MemoryFile.Create("gift", 4096);
        var gifts = Enumerable.Repeat(gift.Descriptor, 100).ToArray();
        foreach (var length in new[] { 0, 1, 64 })
        {
            for (var count = 0; count < 5; count++)
            {
                using var stranger = new RawMediaOperator(siege.Near.SocketPath, "camera");
                RawDatagrams.Send(stranger.Descriptor, new byte[length], gifts).ShouldBeTrue();
                stranger.AwaitClosed();
                using var camera = siege.AttachRaw("camera");
                RawDatagrams.Send(camera.Descriptor, new byte[length], gifts).ShouldBeTrue();
                camera.AwaitClosed();
            }
        }
        OpenMemory.HeldBy(siege.Near.ProcessId, "gift").ShouldBe(0);
        siege.ShouldStand();
    }

    private const byte Filling = 0x5A;

    /// <summary>
    /// A frame of the second camera's region goes out by the relay's channel; then the camera dies and the relay says goodbye to it, much
    /// too early.
    /// </summary>
    private (RawProducer Output, ushort Region, Sdk.Frame Stored) EndCamera(RawMediaOperator relay)
    {
        relay.Until(() => relay.Channels.Exists(channel => channel.IsProducer));
        var output = relay.Channels.Single(channel => channel.IsProducer);
        var producer = new RawProducer(relay, output) { Stream = siege.NewStream() };
        ushort index;
        Sdk.Frame stored;
        using (var camera = siege.AttachRaw("camera"))
        {
            relay.Until(() => relay.Channels.Exists(channel => channel.Peer == "camera-1"));
            camera.Until(() => camera.Writer is not null);
            var number = relay.Regions.Single(region => region.Value == "camera-1").Key;
            relay.Until(() => relay.ChannelRegions.Exists(told => told.Channel == output.Id && told.Region == number));
            index = relay.ChannelRegions.First(told => told.Channel == output.Id && told.Region == number).Index;
            camera.Writer!.TryTake(1000, new BlockQuota(10), out var block).ShouldBeTrue();
            camera.Writer.Memory(block)[..1000].Fill(Filling);
            producer.Send(descriptor => InRegion(descriptor, index, block));
            stored = siege.AwaitStored(producer.Stream);
        }
        var input = relay.Channels.Single(channel => channel.Peer == "camera-1");
        relay.Until(() => relay.Closed.Contains(input.Id));
        relay.SendGoodbye(input.Id);
        relay.Until(() => relay.Gone.Count > 0);
        return (producer, index, stored);
    }

    private static FrameDescriptor InRegion(FrameDescriptor descriptor, ushort index, BlockRef block)
    {
        descriptor.Segment(1) = new SegmentRef(index, block, 0, 1000);
        return descriptor;
    }
}
