using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>
/// One end of channels in this pod: an attached media operator, or the sidecar itself where a link begins or ends. The pod's ports
/// (<see cref="ChannelBroker"/>) decide what every end is told and in which order; an end only passes it on and reports the answer.
/// </summary>
/// <remarks>All members are called under the ports' lock and must not block: an end that cannot take a message at once is dead.</remarks>
internal abstract class ChannelEndpoint(string name) : IDisposable
{
    private readonly HashSet<PodRegion> _offered = [], _mapped = [];
    private MappedMemory? _rung;
    private DoorbellNotifier? _ringer;

    public string Name { get; } = name;

    /// <summary>Of the media operator; of a link's end, the first of those behind it.</summary>
    public virtual int Replica => 0;

    public bool IsAlive { get; set; } = true;

    /// <summary>Its last life had its whole stream and completed: what it waits for now is a new life of its producers.</summary>
    public bool HadItsEnd { get; set; }

    /// <summary>The ports that this end was added to.</summary>
    public ChannelBroker? Ports { get; set; }

    /// <summary>How this end's life ended; what its peers are told.</summary>
    public AttachMessage.ClosedReason EndedBy { get; set; } = AttachMessage.ClosedReason.PeerDied;

    /// <summary>The region that this end produces into, or null for one that only consumes.</summary>
    public abstract PodRegion? OwnRegion { get; }

    /// <summary>Where this end is rung.</summary>
    public abstract MemoryFile DoorbellFile { get; }

    /// <summary>Rings this end from within the sidecar; only ends that sleep on the doorbell's futex word are rung so.</summary>
    public DoorbellNotifier Ringer => _ringer ??= new DoorbellNotifier(_rung = Doorbell.Map(DoorbellFile));

    /// <summary>What a peer signals beside the doorbell, where this end waits by epoll.</summary>
    public virtual EventDescriptor? SignalFor(PortChannel channel) => null;

    /// <summary>What an edge of this end that delivers at most once may drop from now on.</summary>
    public virtual void PolicyChanged(EdgePlan edge, bool isProducer)
    {
    }

    public bool HasMapped(PodRegion region) => region == OwnRegion || _mapped.Contains(region);

    public void Offer(PodRegion region)
    {
        if (region != OwnRegion && _offered.Add(region))
            OfferRegion(region);
    }

    public void Mapped(PodRegion region)
    {
        if (region.IsGone)
            return;
        if (!_offered.Contains(region))
            throw new PortProtocolException(Name, $"acknowledges region {region.Name}, which was not offered to it");
        _mapped.Add(region);
    }

    public void Forget(PodRegion region)
    {
        if (_offered.Remove(region))
            RegionGone(region);
        _mapped.Remove(region);
    }

    /// <summary>Hands over a region to read; answered by <see cref="ChannelBroker.RegionMapped"/>.</summary>
    protected abstract void OfferRegion(PodRegion region);

    /// <summary>No frame of this region can reach this end any more.</summary>
    protected abstract void RegionGone(PodRegion region);

    /// <summary>
    /// Names a region for a channel; a consumer answers by <see cref="ChannelBroker.ChannelRegionReady"/>, a producer may use it at once.
    /// </summary>
    public abstract void TellRegion(PortChannel channel, int index, PodRegion region);

    /// <summary>Hands over the channel; answered by <see cref="ChannelBroker.ChannelReady"/>.</summary>
    public abstract void OfferChannel(PortChannel channel);

    /// <summary>The other end of the channel is gone. A consumer drains it and answers by <see cref="ChannelBroker.Goodbye"/>.</summary>
    public abstract void PeerGone(PortChannel channel, string reason);

    /// <summary>All that the dead consumer of this channel had borrowed is back.</summary>
    public abstract void ConsumerGone(PortChannel channel);

    /// <summary>
    /// The channel goes without having come to this end, its producer: the consumer died between the offer and its answer.
    /// </summary>
    public virtual void Withdraw(PortChannel channel)
    {
        // Nothing was made for it, except where an end makes something for the offer.
    }

    /// <summary>
    /// A producer of this end has completed before it could have a channel: nothing will come from there. May be called again.
    /// </summary>
    public virtual void ProducerCompleted(string edge, string producer)
    {
        // A link's beginning knows: it stays while media operators come and go.
    }

    /// <summary>
    /// This end broke the protocol: it has to go. Only a process can be sent away; the sidecar's own ends keep what they are.
    /// </summary>
    public virtual void Ban(string reason) => throw new InvalidOperationException($"{Name} is the sidecar's own and cannot be banned");

    /// <summary>Called once, when no channel and no reader of this end is left.</summary>
    public virtual void Dispose()
    {
        _rung?.Dispose();
        OwnRegion?.Dispose();
    }
}

/// <summary>An end said what the protocol does not allow at this point. Ends that end's connection, nothing else.</summary>
internal sealed class PortProtocolException(string end, string problem) : Exception($"{end} {problem}");
