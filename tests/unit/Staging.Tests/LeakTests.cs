using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests;

public sealed class LeakTests
{
    [Fact]
    public void Nothing_stays_open_or_mapped_when_all_is_disposed()
    {
        const ulong Id = 987654321;
        for (var round = 0; round < 3; round++)
        {
            using var region = StagingRegion.Create("leak-region", [new BlockClass(4096, 1)]);
            using var producer = region.MapForProducer();
            region.Seal();
            using var reader = region.MapForReader();
            using var channel = ChannelFile.Create(Id, 2);
            using var end = ChannelFile.Map(channel.File);
            using var doorbell = Doorbell.Create("leak-doorbell");
            using var doorbellMemory = Doorbell.Map(doorbell);
            using var waiter = DoorbellWaiter.ByPoll(doorbellMemory, default);
            using var peer = waiter.AddPeer();
        }
        foreach (var name in new[] { "leak-region", $"kmf-channel-{Id}", "leak-doorbell" })
        {
            OpenMemory.Named(name).ShouldBe(0, name);
            OpenMemory.Mapped(name).ShouldBe(0, name);
        }
    }

    [Fact]
    public void A_refused_set_up_leaves_nothing_either()
    {
        using (var unsealed = StagingRegion.Create("leak-refused", [new BlockClass(4096, 1)]))
        {
            Should.Throw<StagingException>(unsealed.MapForReader);
            using var producer = unsealed.MapForProducer();
            producer.Span(0, 1)[0] = 0;
            Should.Throw<StagingException>(unsealed.Seal);
            Should.Throw<StagingException>(() => new RegionWriter(producer));
        }
        OpenMemory.Named("leak-refused").ShouldBe(0);
        OpenMemory.Mapped("leak-refused").ShouldBe(0);
    }
}
