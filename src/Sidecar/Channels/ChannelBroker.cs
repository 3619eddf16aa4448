using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>An edge's way between two ends of this pod, by their names.</summary>
/// <param name="Edge">Name of the edge.</param>
/// <param name="Producer">Name of the producing end.</param>
/// <param name="Consumer">Name of the consuming end.</param>
/// <param name="Capacity">Frames that may be in the channel and not done; a power of two.</param>
internal readonly record struct PortPair(string Edge, string Producer, string Consumer, int Capacity, bool CanTakeBack = false);

/// <summary>
/// Who in this pod is connected with whom: introduces ends to each other, and settles what the dead leave.
/// </summary>
/// <remarks>
/// Level-triggered: every event changes a fact (an end lives, has mapped, has let go), and <see cref="Reconcile"/> then does whatever the
/// facts allow next, until nothing changes. The order that it keeps:
/// 1. a region reaches a reader only after it is sealed;
/// 2. a channel names a region to its producer only after its consumer has mapped it and knows the name;
/// 3. a producer gets a channel only after its consumer has it;
/// 4. a producer takes back what a dead consumer had borrowed only after everyone to whom that consumer had passed it has let go.
/// </remarks>
internal sealed class ChannelBroker(IReadOnlyList<PortPair> planned, ILogger logger) : IDisposable
{
    /// <summary>So many channels of two lives may end by what one says of the other.</summary>
    public const int ReportsMax = 8;

    private readonly List<PortPair> _pairs = [.. planned];
    private readonly List<EdgePlan> _policies = [];
    private readonly List<ChannelEndpoint> _buried = [];
    private readonly Lock _gate = new();
    private readonly List<ChannelEndpoint> _ends = [];
    private readonly List<PortChannel> _channels = [];
    private readonly HashSet<PortPair> _opened = [];
    private readonly Dictionary<(string Edge, EdgeSide Side), ChannelTally> _past = [];
    private readonly Dictionary<(string Edge, ChannelEndpoint Producer, ChannelEndpoint Consumer), int> _reports = [];
    private ulong _lastChannelId;
    private bool _reconciling, _again;

    /// <summary>An end has come, died or let go of something.</summary>
    public ChangeSignal Changes { get; } = new();

    /// <summary>Adds a living end; its own region, if it has one, is sealed.</summary>
    public void Add(ChannelEndpoint end) => Change(() =>
    {
        foreach (var earlier in _ends.Where(one => one is CompletedEndpoint && one.Name == end.Name))
            (earlier.IsAlive, end.HadItsEnd) = (false, true);
        end.Ports = this;
        _ends.Add(end);
        Tell(end, _policies);
    });

    /// <summary>
    /// A newer plan connects more ends. Pairs that it does not have any more stay: a media operator that attaches later and still counts on
    /// such an end is told.
    /// </summary>
    public void Extend(IEnumerable<PortPair> pairs) => Change(() => _pairs.AddRange(pairs.Except(_pairs).ToArray()));

    /// <summary>What these edges may drop from now on: ends that come later are told too, since their plan may be the older one.</summary>
    public void ChangePolicies(IReadOnlyList<EdgePlan> edges) => Change(() =>
    {
        _policies.RemoveAll(old => edges.Any(edge => edge.Name == old.Name));
        _policies.AddRange(edges);
        foreach (var end in _ends.Where(end => end.IsAlive))
            Tell(end, edges);
    });

    /// <summary>
    /// A link's end is removed permanently, because the plan does not have the link any more. Producers give what it had to others,
    /// consumers read what it had brought to its end. It is disposed when they have let go; nothing that it uses of the link may run any
    /// more.
    /// </summary>
    public void ScaleAway(ChannelEndpoint end) => Change(() =>
    {
        end.EndedBy = AttachMessage.ClosedReason.ScaledAway;
        end.IsAlive = false;
        StandInFor(end);
    });

    private void Tell(ChannelEndpoint end, IReadOnlyList<EdgePlan> policies)
    {
        foreach (var edge in policies)
        {
            if (_pairs.Exists(pair => pair.Edge == edge.Name && pair.Producer == end.Name))
                end.PolicyChanged(edge, isProducer: true);
            if (_pairs.Exists(pair => pair.Edge == edge.Name && pair.Consumer == end.Name))
                end.PolicyChanged(edge, isProducer: false);
        }
    }

    /// <summary>A media operator of that name has completed in an earlier life of this sidecar.</summary>
    public void AddCompleted(string name) => Add(new CompletedEndpoint(name));

    /// <summary>The end is dead: the kernel closed its connection, or it broke the protocol.</summary>
    public void Died(ChannelEndpoint end) => Change(() =>
    {
        end.IsAlive = false;
        if (end.EndedBy == AttachMessage.ClosedReason.PeerCompleted)
            StandInFor(end);
    });

    /// <summary>The end has mapped a region that it was offered.</summary>
    public void RegionMapped(ChannelEndpoint end, PodRegion region) => Change(() => end.Mapped(region));

    /// <summary>The consumer can read descriptors of the channel that name this region index.</summary>
    public void ChannelRegionReady(ChannelEndpoint end, ulong channelId, int index) => Change(() =>
    {
        if (ChannelOf(end, channelId) is not { } channel)
            return;
        // A producer that is told before it has the channel cannot know that it is one, and answers too.
        if (channel.Producer == end)
            return;
        if (channel.Consumer != end || index >= channel.Regions.Count || channel.Regions[index].Telling != RegionTelling.ConsumerTold)
            throw new PortProtocolException(end.Name, $"acknowledges region index {index} of channel {channelId} out of turn");
        channel.SetTelling(index, RegionTelling.ConsumerReady);
    });

    /// <summary>The end has the channel and uses it.</summary>
    public void ChannelReady(ChannelEndpoint end, ulong channelId) => Change(() =>
    {
        var channel = ChannelOf(end, channelId);
        if (channel?.Consumer == end && channel.Stage == ChannelStage.ConsumerOffered)
            channel.Stage = ChannelStage.ConsumerReady;
    });

    /// <summary>The consumer has let go of everything that came by the channel of a dead producer.</summary>
    public void Goodbye(ChannelEndpoint end, ulong channelId) => Change(() =>
    {
        if (ChannelOf(end, channelId) is not { } channel)
            return;
        if (channel.Consumer != end || channel.IsLive)
            throw new PortProtocolException(end.Name, $"says goodbye to channel {channelId} of a living producer");
        channel.ConsumerLetGo = true;
    });

    /// <summary>The end has said its last words, or they were said for it.</summary>
    public void EndsBy(ChannelEndpoint end, AttachMessage.ClosedReason reason)
    {
        lock (_gate)
            end.EndedBy = end.EndedBy == AttachMessage.ClosedReason.Violation ? end.EndedBy : reason;
    }

    /// <summary>The end broke the protocol, as seen by the sidecar: its connection ends, and with it the end.</summary>
    public void Ban(ChannelEndpoint end, string reason) => Change(() => end.Ban(reason));

    /// <summary>
    /// An end says that its peer on a channel broke the protocol. That is a claim: the channel ends, and the two get another one. Two that
    /// go on like that get none any more, until one of them attaches anew.
    /// </summary>
    public void Violation(ChannelEndpoint reporter, ulong channelId, string reason) => Change(() =>
    {
        // Null: the peer is gone by now, and whatever it did with it.
        if (ChannelOf(reporter, channelId) is not { PeerTold: false, IsBroken: false } channel)
            return;
        channel.IsBroken = true;
        var pair = (channel.Edge, channel.Producer, channel.Consumer);
        _reports[pair] = _reports.GetValueOrDefault(pair) + 1;
        var peer = channel.Producer == reporter ? channel.Consumer : channel.Producer;
        logger.LogWarning("{Reporter} says that {Peer} broke the protocol on {Channel}: {Reason}. That channel ends{Apart}",
            reporter.Name, peer.Name, channel, reason, AreApart(pair) ? ", and they get no other one" : "");
    });

    /// <summary>Who has no channel any more, because of what one said of the other: for people.</summary>
    public IReadOnlyList<string> Apart(string edge)
    {
        lock (_gate)
            return [.. _reports.Keys.Where(pair => pair.Edge == edge && AreApart(pair))
                .Select(pair => $"a new life of {pair.Producer.Name} or {pair.Consumer.Name}: one of them breaks the protocol")];
    }

    /// <summary>Answers the last word of a media operator, when it is kept.</summary>
    public void Completed(MediaOperatorEndpoint end)
    {
        lock (_gate)
            end.SendCompletedKept();
    }

    /// <summary>Lives of that name that are over, but whose readers have not let go of all that they sent.</summary>
    public int DeadLives(string name)
    {
        lock (_gate)
            return _ends.Count(end => end.Name == name && !end.IsAlive && end is not CompletedEndpoint);
    }

    /// <summary>True while a living end has that name.</summary>
    public bool IsAlive(string name)
    {
        lock (_gate)
            return _ends.Exists(end => end.Name == name && end.IsAlive && end is not CompletedEndpoint);
    }

    /// <summary>Calls back with what is there now, under the lock: for status and observers.</summary>
    public void Visit(Action<IReadOnlyList<ChannelEndpoint>, IReadOnlyList<PortChannel>> visitor)
    {
        lock (_gate)
            visitor(_ends, _channels);
    }

    /// <summary>What consumers have counted, by edge and part of it, over all channels that there are and were.</summary>
    public Dictionary<(string Edge, EdgeSide Side), ChannelTally> Tally()
    {
        lock (_gate)
        {
            var tallies = new Dictionary<(string Edge, EdgeSide Side), ChannelTally>();
            foreach (var (key, past) in _past)
                (tallies[key] = new ChannelTally()).Add(past);
            foreach (var channel in _channels)
                TallyOf(tallies, channel).Add(channel.Statistics);
            return tallies;
        }
    }

    public void Dispose()
    {
        PortChannel[] channels;
        ChannelEndpoint[] ends;
        lock (_gate)
        {
            (channels, ends) = ([.. _channels], [.. _ends]);
            _channels.Clear();
            _ends.Clear();
        }
        // Outside the lock: an end's own thread, for which its Dispose waits, may be on its way in here.
        foreach (var channel in channels)
            channel.Dispose();
        foreach (var end in ends)
            end.Dispose();
    }

    private static ChannelTally TallyOf(Dictionary<(string Edge, EdgeSide Side), ChannelTally> tallies, PortChannel channel) =>
        tallies.TryGetValue((channel.Edge, channel.Side), out var tally)
            ? tally
            : tallies[(channel.Edge, channel.Side)] = new ChannelTally();

    // Null: the channel is gone by now; the answer was on its way when its other end died.
    private PortChannel? ChannelOf(ChannelEndpoint end, ulong channelId)
    {
        var channel = _channels.Find(one => one.Id == channelId);
        if (channel is null ? channelId == 0 || channelId > _lastChannelId : channel.Producer != end && channel.Consumer != end)
            throw new PortProtocolException(end.Name, $"names channel {channelId}, which is not its own");
        return channel;
    }

    private bool AreApart((string Edge, ChannelEndpoint Producer, ChannelEndpoint Consumer) pair) =>
        _reports.GetValueOrDefault(pair) >= ReportsMax;

    private void Change(Action change)
    {
        ChannelEndpoint[] buried;
        lock (_gate)
        {
            change();
            _again = true;
            if (_reconciling)
                return;
            Reconcile();
            buried = [.. _buried];
            _buried.Clear();
        }
        // Outside the lock: an own thread of such an end, for which its Dispose waits, may be on its way in here.
        foreach (var end in buried)
            end.Dispose();
        Changes.Raise();
    }

    // An end that answers at once (the sidecar's own) changes facts while we are in here: then we go round again instead of recursing.
    private void Reconcile()
    {
        _reconciling = true;
        try
        {
            while (_again)
            {
                _again = false;
                OpenChannels();
                SpreadRegions();
                foreach (var channel in _channels.ToArray())
                    Advance(channel);
                foreach (var channel in _channels.ToArray())
                    Settle(channel);
                RemoveDeadEnds();
            }
        }
        finally
        {
            _reconciling = false;
        }
    }

    private void OpenChannels()
    {
        foreach (var pair in _pairs)
        {
            var producer = _ends.Find(end => end.IsAlive && end.Name == pair.Producer);
            var consumer = _ends.Find(end => end.IsAlive && end.Name == pair.Consumer);
            if (producer is CompletedEndpoint && consumer is { HadItsEnd: false })
                consumer.ProducerCompleted(pair.Edge, pair.Producer);
            if (producer is null or CompletedEndpoint || consumer is null
                || (consumer as CompletedEndpoint)?.HasTold(pair.Edge, producer) == true
                || _channels.Exists(channel => channel.Edge == pair.Edge && channel.Producer == producer && channel.Consumer == consumer))
                continue;
            if (AreApart((pair.Edge, producer, consumer)))
                continue;
            var id = ++_lastChannelId;
            _channels.Add(new PortChannel(id, pair.Edge, producer, consumer, pair.Capacity, isReplacement: !_opened.Add(pair),
                pair.CanTakeBack));
        }
    }

    // A consumer may meet the producer's own region and, through forwards, every region that the producer itself may meet.
    private void SpreadRegions()
    {
        foreach (var channel in _channels.Where(channel => channel.IsLive))
        {
            channel.AddRegion(channel.Producer.OwnRegion!);
            foreach (var region in _channels.Where(inbound => inbound.Consumer == channel.Producer)
                .SelectMany(inbound => inbound.VisibleRegions).ToArray())
                channel.AddRegion(region);
            foreach (var region in channel.VisibleRegions.Where(region => region.IsReadable))
                channel.Consumer.Offer(region);
        }
    }

    private static void Advance(PortChannel channel)
    {
        if (!channel.IsLive)
            return;
        for (var index = 0; index < channel.Regions.Count; index++)
            TellConsumer(channel, index);
        if (channel.Stage == ChannelStage.Created && channel.Regions[0].Telling >= RegionTelling.ConsumerReady)
        {
            channel.Stage = ChannelStage.ConsumerOffered;
            channel.Consumer.OfferChannel(channel);
        }
        if (channel.Stage == ChannelStage.ConsumerReady)
        {
            channel.Stage = ChannelStage.ProducerOffered;
            channel.Producer.OfferChannel(channel);
        }
        for (var index = 0; index < channel.Regions.Count && channel.Stage == ChannelStage.ProducerOffered; index++)
            TellProducer(channel, index);
    }

    private static void TellConsumer(PortChannel channel, int index)
    {
        var (region, telling) = channel.Regions[index];
        if (telling != RegionTelling.Unknown || !channel.Consumer.HasMapped(region))
            return;
        channel.SetTelling(index, RegionTelling.ConsumerTold);
        channel.Consumer.TellRegion(channel, index, region);
    }

    private static void TellProducer(PortChannel channel, int index)
    {
        var (region, telling) = channel.Regions[index];
        if (telling != RegionTelling.ConsumerReady)
            return;
        channel.SetTelling(index, RegionTelling.ProducerTold);
        channel.Producer.TellRegion(channel, index, region);
    }

    // Producers that have the channel are told by its end; the others are introduced to the stand-in.
    private void StandInFor(ChannelEndpoint completed)
    {
        if (!_pairs.Exists(pair => pair.Consumer == completed.Name || pair.Producer == completed.Name))
            return;
        var standIn = new CompletedEndpoint(completed.Name) { Ports = this };
        foreach (var channel in _channels.Where(channel => channel.Consumer == completed && channel.Stage == ChannelStage.ProducerOffered))
            standIn.Told(channel);
        _ends.Add(standIn);
    }

    private void Settle(PortChannel channel)
    {
        if (channel.Consumer is CompletedEndpoint completed && channel.Stage == ChannelStage.ProducerOffered)
        {
            completed.Told(channel);
            TellSurvivor(channel);
            channel.ConsumerLetGo = true;
        }
        else if (channel.IsLive)
            return;
        TellSurvivor(channel);
        if (!channel.Consumer.IsAlive && _channels.Where(passed => passed.Producer == channel.Consumer).All(passed => passed.ConsumerLetGo))
            channel.ConsumerLetGo = true;
        if (!channel.ConsumerLetGo)
            return;
        if (channel.Stage != ChannelStage.ProducerOffered)
            channel.Producer.Withdraw(channel);
        else if (channel.Producer.IsAlive)
            channel.Producer.ConsumerGone(channel);
        TallyOf(_past, channel).Add(channel.Statistics);
        _channels.Remove(channel);
        channel.Dispose();
        _again = true;
    }

    private static void TellSurvivor(PortChannel channel)
    {
        if (channel.PeerTold)
            return;
        channel.PeerTold = true;
        var tellsProducer = channel.Producer.IsAlive && channel.Stage == ChannelStage.ProducerOffered;
        if (tellsProducer)
            channel.Producer.PeerGone(channel, channel.IsBroken ? "the channel is broken" : $"{channel.Consumer.Name} is gone");
        if (tellsProducer && !channel.IsBroken)
            return;
        if (channel.Consumer.IsAlive && channel.Stage >= ChannelStage.ConsumerOffered)
            channel.Consumer.PeerGone(channel, channel.IsBroken ? "the channel is broken" : $"{channel.Producer.Name} is gone");
        else if (channel.Consumer.IsAlive)
            channel.ConsumerLetGo = true;
    }

    private void RemoveDeadEnds()
    {
        foreach (var dead in _ends.Where(end => !end.IsAlive
            && !_channels.Exists(channel => channel.Producer == end || channel.Consumer == end)).ToArray())
        {
            _ends.Remove(dead);
            foreach (var pair in _reports.Keys.Where(pair => pair.Producer == dead || pair.Consumer == dead).ToArray())
                _reports.Remove(pair);
            foreach (var completed in _ends.OfType<CompletedEndpoint>())
                completed.ForgetProducer(dead);
            if (dead.OwnRegion is { } region)
            {
                region.MarkGone();
                _ends.ForEach(end => end.Forget(region));
            }
            // A process's end has no thread: its memory is gone before any end hears of the next thing.
            if (dead is IngressBridge)
                _buried.Add(dead);
            else
                dead.Dispose();
        }
    }
}
