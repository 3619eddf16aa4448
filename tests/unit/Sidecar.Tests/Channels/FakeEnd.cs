using K8sMediaFlow.Native;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>An end that writes down what it is told and answers when the test says so.</summary>
internal sealed class FakeEnd : ChannelEndpoint
{
    public FakeEnd(string name, bool producer = true)
        : base(name)
    {
        DoorbellFile = Doorbell.Create(name);
        if (!producer)
            return;
        OwnRegion = new PodRegion(name, StagingRegion.Create(name, [new BlockClass(4096, 4)]));
        OwnRegion.Seal();
    }

    public List<string> Told { get; } = [];

    public List<PodRegion> Unmapped { get; } = [];

    public List<(PortChannel Channel, int Index)> Unready { get; } = [];

    public List<PortChannel> Channels { get; } = [];

    public List<PortChannel> Unfinished { get; } = [];

    public override PodRegion? OwnRegion { get; }

    public override MemoryFile DoorbellFile { get; }

    /// <summary>Answers everything that is open. True when there was something.</summary>
    public bool AnswerAll()
    {
        var (regions, indexes, channels) = (Unmapped.ToArray(), Unready.ToArray(), Channels.ToArray());
        Unmapped.Clear();
        Unready.Clear();
        Channels.Clear();
        foreach (var region in regions)
            Ports!.RegionMapped(this, region);
        foreach (var (channel, index) in indexes)
            Ports!.ChannelRegionReady(this, channel.Id, index);
        foreach (var channel in channels)
            Ports!.ChannelReady(this, channel.Id);
        return regions.Length + indexes.Length + channels.Length > 0;
    }

    /// <summary>Says goodbye to every channel whose producer is gone.</summary>
    public void LetGo()
    {
        var channels = Unfinished.ToArray();
        Unfinished.Clear();
        foreach (var channel in channels)
            Ports!.Goodbye(this, channel.Id);
    }

    public override void TellRegion(PortChannel channel, int index, PodRegion region)
    {
        Told.Add($"region {index} is {region.Name} on {channel}");
        if (channel.Consumer == this)
            Unready.Add((channel, index));
    }

    public override void OfferChannel(PortChannel channel)
    {
        Told.Add($"channel {channel}");
        Channels.Add(channel);
    }

    public override void PeerGone(PortChannel channel, string reason)
    {
        Told.Add($"peer gone on {channel}");
        if (channel.Consumer == this)
            Unfinished.Add(channel);
    }

    public override void ConsumerGone(PortChannel channel) => Told.Add($"consumer gone on {channel}");

    public override void Dispose()
    {
        base.Dispose();
        DoorbellFile.Dispose();
    }

    protected override void OfferRegion(PodRegion region)
    {
        region.IsSealed.ShouldBeTrue();
        Told.Add($"map {region.Name}");
        Unmapped.Add(region);
    }

    protected override void RegionGone(PodRegion region)
    {
        Told.Add($"unmap {region.Name}");
        Unmapped.Remove(region);
    }
}
