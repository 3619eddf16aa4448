using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>How far the telling of one region for one channel has come.</summary>
internal enum RegionTelling
{
    Unknown,
    ConsumerTold,
    ConsumerReady,
    ProducerTold,
}

/// <summary>How far the handing over of a channel has come.</summary>
internal enum ChannelStage
{
    Created,
    ConsumerOffered,
    ConsumerReady,
    ProducerOffered,
}

/// <summary>
/// A channel between one life of a producer and one life of a consumer. A new life gets a new channel.
/// </summary>
internal sealed class PortChannel : IDisposable
{
    private readonly List<(PodRegion Region, RegionTelling Telling)> _regions = [];
    private readonly MappedMemory _mapping;
    private readonly ChannelObserver _observer;

    public PortChannel(ulong id, string edge, ChannelEndpoint producer, ChannelEndpoint consumer, int capacity, bool isReplacement,
        bool canTakeBack)
    {
        (Id, Edge, Producer, Consumer, Capacity, IsReplacement) = (id, edge, producer, consumer, capacity, isReplacement);
        File = ChannelFile.Create(id, capacity, canTakeBack);
        // Before another process has it: both ends can write the header, and the reader that finds a bad one later would be blamed for it.
        _mapping = ChannelFile.MapForObserver(File.File);
        _observer = new ChannelObserver(_mapping);
    }

    public ulong Id { get; }

    public string Edge { get; }

    public ChannelEndpoint Producer { get; }

    public ChannelEndpoint Consumer { get; }

    public int Capacity { get; }

    /// <summary>Takes the place of a channel whose producer or consumer died.</summary>
    public bool IsReplacement { get; }

    public ChannelFile File { get; }

    public ChannelStage Stage { get; set; }

    /// <summary>
    /// The consumer has let go of everything that came by this channel, or died and so has everyone that it passed frames to.
    /// </summary>
    public bool ConsumerLetGo { get; set; }

    /// <summary>One end is dead and the other has been told; or the channel is broken and both have been.</summary>
    public bool PeerTold { get; set; }

    /// <summary>
    /// One end has said that the other broke the protocol. Both may write all of the rings, so the sidecar cannot tell which one did: the
    /// channel ends, and neither end does.
    /// </summary>
    public bool IsBroken { get; set; }

    /// <summary>Frames may go through here.</summary>
    public bool IsLive => !IsBroken && Producer.IsAlive && Consumer.IsAlive;

    public IReadOnlyList<(PodRegion Region, RegionTelling Telling)> Regions => _regions;

    /// <summary>Why it ended, for the end whose peer this is.</summary>
    public AttachMessage.ClosedReason EndedFor(ChannelEndpoint peer) => IsBroken ? AttachMessage.ClosedReason.Violation : peer.EndedBy;

    /// <summary>What the consumer may meet in this channel, and may pass on.</summary>
    public IEnumerable<PodRegion> VisibleRegions => _regions.Select(entry => entry.Region).Where(region => !region.IsGone);

    public void AddRegion(PodRegion region)
    {
        if (_regions.Exists(entry => entry.Region == region))
            return;
        // Nothing refers to a region that is gone: its index is free, unless an answer that names it is outstanding.
        var free = _regions.FindIndex(entry => entry.Region.IsGone && entry.Telling != RegionTelling.ConsumerTold);
        if (free >= 0)
            _regions[free] = (region, RegionTelling.Unknown);
        else if (_regions.Count < RegionTable.RegionsMax)
            _regions.Add((region, RegionTelling.Unknown));
    }

    public void SetTelling(int index, RegionTelling telling) => _regions[index] = (_regions[index].Region, telling);

    /// <summary>Which part of its edge this channel is.</summary>
    public EdgeSide Side => Consumer is EgressBridge ? EdgeSide.Outbound : Producer is IngressBridge ? EdgeSide.Inbound : EdgeSide.Local;

    /// <summary>What the consumer has counted so far.</summary>
    public ChannelStatistics Statistics => _observer.Statistics;

    /// <summary>What the producer has published and the consumer has not taken, by their own words.</summary>
    public long Untaken
    {
        get
        {
            var positions = _observer.Positions;
            return Math.Clamp((long)(positions.DescriptorTail - positions.DescriptorHead), 0, Capacity);
        }
    }

    /// <summary>What the consumer has taken and not given back, as the channel shows it.</summary>
    public int Held => _observer.CountHeld();

    /// <summary>How far the consumer has come with taking and giving back.</summary>
    public ulong Progress => _observer.Positions is var positions ? positions.DescriptorHead + positions.ReturnTail : 0;

    public void Dispose()
    {
        _mapping.Dispose();
        File.Dispose();
    }

    public override string ToString() => $"{Edge} ({Producer.Name} to {Consumer.Name})";
}
