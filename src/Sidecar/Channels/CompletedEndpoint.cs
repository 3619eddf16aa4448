using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>
/// Represents a media operator that has completed. It is done with all that it ever got, but a producer may not know: the word was in
/// channels or on a link when a sidecar died. So every producer that comes later is introduced to this end, which closes the channel at
/// once as completed.
/// </summary>
internal sealed class CompletedEndpoint : ChannelEndpoint
{
    private readonly HashSet<(string Edge, ChannelEndpoint Producer)> _told = [];

    public CompletedEndpoint(string name)
        : base(name)
    {
        DoorbellFile = Doorbell.Create(name);
        EndedBy = AttachMessage.ClosedReason.PeerCompleted;
    }

    public override PodRegion? OwnRegion => null;

    /// <summary>Rung by producers; no thread waits for it.</summary>
    public override MemoryFile DoorbellFile { get; }

    public bool HasTold(string edge, ChannelEndpoint producer) => _told.Contains((edge, producer));

    /// <summary>The producer knows, be it from the operator's own end.</summary>
    public void Told(PortChannel channel) => _told.Add((channel.Edge, channel.Producer));

    public void ForgetProducer(ChannelEndpoint producer) => _told.RemoveWhere(told => told.Producer == producer);

    public override void TellRegion(PortChannel channel, int index, PodRegion region) => Ports!.ChannelRegionReady(this, channel.Id, index);

    public override void OfferChannel(PortChannel channel) => Ports!.ChannelReady(this, channel.Id);

    public override void PeerGone(PortChannel channel, string reason) => Ports!.Goodbye(this, channel.Id);

    public override void ConsumerGone(PortChannel channel) => throw new InvalidOperationException("what has completed produces nothing");

    public override void Dispose()
    {
        DoorbellFile.Dispose();
        base.Dispose();
    }

    protected override void OfferRegion(PodRegion region) => Ports!.RegionMapped(this, region);

    protected override void RegionGone(PodRegion region)
    {
    }
}
