using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Native;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>Where an outbound link begins: the channels of this pod's producers of one edge, read in turn.</summary>
/// <remarks>
/// Threads: the link's data thread takes and gives back, the ports' lock holder adds and closes channels. One lock guards the list; it is
/// never held while something else is called that takes a lock.
/// A frame is given back to its producer when it is done, not before: until then a new life of the peer may need it again.
/// </remarks>
internal sealed class EgressBridge : ChannelEndpoint, ILinkSource
{
    /// <summary>No ticket: they begin with 1.</summary>
    private const ulong ReturnedAlready = 0;

    private readonly record struct Hold(OutboundChannel Channel, ulong Ticket, FrameRegions Regions);

    private readonly Lock _gate = new();
    private readonly List<OutboundChannel> _channels = [];
    private readonly Dictionary<PortChannel, OutboundChannel> _known = [];
    private readonly HandleTable<Hold> _holds = new();
    private readonly HashSet<string> _endedProducers = [];
    private readonly Dictionary<PodRegion, LinkedRegion> _regions = [];
    private readonly List<LinkedRegion> _retired = [];
    private readonly int _producerCount;
    private readonly MappedMemory _doorbellMemory;
    private readonly DoorbellWaiter _waiter;
    private readonly Action<string> _report;
    private bool _isAway = true;
    private ulong _lastSequence;
    private int _turn, _woken;
    private long _deadlineNs;

    // The data thread's: its last look that found nothing, 0 when it took something since.
    private long _lookedInVainNanoseconds;

    /// <param name="link">What the plan says.</param>
    /// <param name="producerCount">Replicas of this pod that produce into the edge: the stream ends when all of theirs have.</param>
    /// <param name="waiting">How the data thread waits.</param>
    /// <param name="report">Gets a sentence when a frame cannot cross.</param>
    /// <param name="queue">What may be dropped; null: nothing.</param>
    public EgressBridge(LinkPlan link, int producerCount, WaitPolicy waiting, Action<string> report, EdgeQueuePlan? queue = null)
        : base(PodTopology.OutboundEnd(link))
    {
        (TakesWithGrant, _deadlineNs) = (queue is not null, EdgePolicies.DeadlineNs(queue));
        Edge = link.Edge;
        _producerCount = producerCount;
        _report = report;
        DoorbellFile = Doorbell.Create(Name);
        _doorbellMemory = Doorbell.Map(DoorbellFile);
        _waiter = DoorbellWaiter.ByPoll(_doorbellMemory, waiting);
    }

    public string Edge { get; }

    /// <summary>The first of the consumer's replicas in the other pod.</summary>
    public int FirstReplica { private get; init; }

    public override int Replica => FirstReplica;

    /// <summary>Makes memory known to the device that the link may use: address and length; null where there is none.</summary>
    public Func<nint, long, IDisposable?> Register { private get; init; } = static (_, _) => null;

    /// <summary>What may be dropped stays in the channels until it can be written: there its producer can take it back.</summary>
    public bool TakesWithGrant { get; }

    /// <summary>What went as gap notices.</summary>
    public GapCounts Gaps { get; } = new();

    public override PodRegion? OwnRegion => null;

    public override MemoryFile DoorbellFile { get; }

    public bool Ended
    {
        get
        {
            lock (_gate)
                return _endedProducers.Count == _producerCount && _holds.Count == 0;
        }
    }

    /// <summary>Nothing waits to be taken and nothing that was taken is not done.</summary>
    public bool IsEmpty => !HasDescriptor() && HeldCount == 0;

    /// <summary>Taken and not done.</summary>
    public int HeldCount
    {
        get
        {
            lock (_gate)
                return _holds.Count;
        }
    }

    /// <summary>
    /// The producer has completed in an earlier life of this sidecar, when all that it had sent was done at the other end.
    /// </summary>
    public void ProducerCompleted(string producer)
    {
        lock (_gate)
            _endedProducers.Add(producer);
    }

    public override void PolicyChanged(EdgePlan edge, bool isProducer) =>
        Volatile.Write(ref _deadlineNs, EdgePolicies.DeadlineNs(edge.Queue));

    public bool TryTake(out LinkFrame frame)
    {
        lock (_gate)
        {
            for (var step = 0; step < _channels.Count; step++)
            {
                var channel = _channels[(_turn + step) % _channels.Count];
                while (!channel.IsBehind && channel.TryPop(out var descriptor))
                {
                    if (!TryTake(channel, ref descriptor, out frame))
                        continue;
                    _turn = (_turn + step + 1) % _channels.Count;
                    return true;
                }
            }
        }
        _lookedInVainNanoseconds = MonotonicClock.Nanoseconds;
        SettleChannels();
        frame = default;
        return false;
    }

    public void Landed(ulong handle)
    {
        // Blocks and retention both follow done; that it landed is the link's own affair.
    }

    public void Refused(ulong handle, LinkRefusal refusal)
    {
        Hold hold;
        lock (_gate)
        {
            hold = _holds[(int)handle];
            hold.Channel.CountDrop(GapCause.Dropped);
            Gaps.Add(GapCause.Dropped);
        }
        _report($"{hold.Channel.Channel}: {refusal}: larger than the largest block that {Name} has at its other end");
    }

    public void Dropped(ulong handle, GapCause cause)
    {
        lock (_gate)
        {
            _holds[(int)handle].Channel.CountDrop(cause);
            Gaps.Add(cause);
        }
    }

    public void Done(ulong handle)
    {
        lock (_gate)
        {
            var hold = _holds.Remove((int)handle);
            hold.Channel.Held--;
            hold.Regions.Leave();
            if (hold.Ticket != ReturnedAlready)
                hold.Channel.Return(hold.Ticket);
        }
        SettleChannels();
    }

    /// <summary>
    /// Producers that have other consumers pass this one over while its link is down. What it has stays with it: the link sends it when
    /// it is back.
    /// </summary>
    public void Carries(bool isUp)
    {
        lock (_gate)
        {
            _isAway = !isUp;
            foreach (var channel in _channels)
                channel.SetAway(_isAway);
        }
    }

    public void Wait(TimeSpan timeout)
    {
        var wait = _waiter.Begin(timeout);
        while (!HasDescriptor() && Interlocked.Exchange(ref _woken, 0) == 0 && wait.Again())
        {
        }
    }

    public void Wake()
    {
        Volatile.Write(ref _woken, 1);
        _waiter.Wake();
    }

    public override EventDescriptor? SignalFor(PortChannel channel)
    {
        lock (_gate)
            return Know(channel).Lease.Signal;
    }

    // As consumer this end is asked first and is ready at once; descriptors come when the producer has the channel too.
    public override void OfferChannel(PortChannel channel)
    {
        lock (_gate)
        {
            var known = Know(channel);
            known.SetAway(_isAway);
            known.Predecessor = LatestOf(channel.Producer.Name);
            _channels.Add(known);
            Reopen(channel.Producer.Name);
        }
        Wake();
        Ports!.ChannelReady(this, channel.Id);
    }

    public override void TellRegion(PortChannel channel, int index, PodRegion region)
    {
        lock (_gate)
            Know(channel).MapRegion(index, _regions[region]);
        Ports!.ChannelRegionReady(this, channel.Id, index);
    }

    public override void PeerGone(PortChannel channel, string reason)
    {
        lock (_gate)
            Know(channel).IsClosing = true;
        Wake();
    }

    public override void ConsumerGone(PortChannel channel) =>
        throw new InvalidOperationException("a link's beginning produces nothing in this pod");

    public override void Dispose()
    {
        foreach (var channel in _known.Values)
            channel.Lease.Dispose();
        _waiter.Dispose();
        foreach (var region in _regions.Values.Concat(_retired))
            region.Abandon();
        _doorbellMemory.Dispose();
        DoorbellFile.Dispose();
        base.Dispose();
    }

    protected override void OfferRegion(PodRegion region)
    {
        region.Hold();
        lock (_gate)
            _regions.Add(region, new LinkedRegion(region, Register(region.Memory.Address, region.Memory.LengthBytes)));
        Ports!.RegionMapped(this, region);
    }

    // All frames of it are done by now if its readers told the truth; if not, it stays until they are.
    protected override void RegionGone(PodRegion region)
    {
        lock (_gate)
        {
            if (!_regions.Remove(region, out var linked))
                return;
            foreach (var channel in _known.Values)
                channel.ForgetRegion(linked);
            linked.Retire();
            _retired.Add(linked);
            _retired.RemoveAll(one => one.IsOver);
        }
    }

    private OutboundChannel Know(PortChannel channel)
    {
        if (!_known.TryGetValue(channel, out var known))
            _known.Add(channel, known = new OutboundChannel(channel, new ChannelLease(ChannelFile.Map(channel.File.File), _waiter)));
        return known;
    }

    private bool TryTake(OutboundChannel channel, ref FrameDescriptor descriptor, out LinkFrame frame)
    {
        frame = default;
        if (descriptor.Kind == FrameKind.EndOfStream && !IsLastEnd(channel, in descriptor))
            return GiveBackAtOnce(channel, in descriptor);
        if (descriptor.Kind == FrameKind.EndOfStream)
            descriptor.Sequence = _lastSequence;
        var ticket = descriptor.Ticket;
        if (EdgePolicy.IsLate(in descriptor, _deadlineNs, MonotonicClock.Nanoseconds))
            ticket = Expire(channel, ref descriptor);
        frame = FrameDescriptors.ToLink(in descriptor);
        (frame.DeadlineNanoseconds, frame.IsSentOnce) = (_deadlineNs, TakesWithGrant);
        if (!channel.TryResolve(ref descriptor, ref frame, out var regions))
            return GiveBackAtOnce(channel, in descriptor);
        regions.Use();
        channel.Held++;
        frame.Handle = (ulong)_holds.Add(new Hold(channel, ticket, regions));
        frame.TakenAtNanoseconds = MonotonicClock.Nanoseconds;
        channel.Count(in descriptor, frame.TakenAtNanoseconds, _lookedInVainNanoseconds);
        _lookedInVainNanoseconds = 0;
        Gaps.Add(in descriptor);
        return true;
    }

    /// <summary>
    /// A frame that is too old goes as a notice, and its bytes go back at once. Returns the ticket to return when that is done.
    /// </summary>
    private static ulong Expire(OutboundChannel channel, ref FrameDescriptor descriptor)
    {
        if (!FrameDescriptors.TryMakeGap(ref descriptor, GapCause.Deadline))
            return descriptor.Ticket;
        channel.CountDrop(GapCause.Deadline);
        channel.Return(descriptor.Ticket);
        return ReturnedAlready;
    }

    // The peers see one stream per edge: it ends when the last producer's has, at the highest sequence of all.
    private bool IsLastEnd(OutboundChannel channel, in FrameDescriptor end)
    {
        _lastSequence = Math.Max(_lastSequence, end.Sequence);
        // The end belongs to one life of a producer: where the next one has its channel already, the stream goes on.
        if (LatestOf(channel.Channel.Producer.Name) != channel)
            return false;
        _endedProducers.Add(channel.Channel.Producer.Name);
        return _endedProducers.Count == _producerCount;
    }

    /// <summary>A new life of a producer that had ended its stream begins the edge's stream anew.</summary>
    private void Reopen(string producer)
    {
        if (_endedProducers.Count == _producerCount)
            _lastSequence = 0;
        _endedProducers.Remove(producer);
    }

    private OutboundChannel? LatestOf(string producer) => _channels.FindLast(one => one.Channel.Producer.Name == producer);

    private static bool GiveBackAtOnce(OutboundChannel channel, in FrameDescriptor descriptor)
    {
        channel.Return(descriptor.Ticket);
        return false;
    }

    private bool HasDescriptor()
    {
        lock (_gate)
        {
            foreach (var channel in _channels)
            {
                if (channel.HasDescriptor)
                    return true;
            }
        }
        return false;
    }

    // Outside the lock: the ports take theirs first and then ours.
    private void SettleChannels()
    {
        while (NextToSettle() is { } channel)
        {
            if (channel.IsOver)
                SendGoodbye(channel);
            else
                Ports!.Ban(channel.Channel.Producer, channel.Fault!);
        }
    }

    private OutboundChannel? NextToSettle()
    {
        lock (_gate)
        {
            foreach (var channel in _channels)
            {
                if (channel.IsFinished)
                {
                    _channels.Remove(channel);
                    channel.IsOver = true;
                    return channel;
                }
                if (channel.Fault is null || channel.IsReported)
                    continue;
                channel.IsReported = true;
                return channel;
            }
        }
        return null;
    }

    private void SendGoodbye(OutboundChannel channel)
    {
        Ports!.Goodbye(this, channel.Channel.Id);
        lock (_gate)
            _known.Remove(channel.Channel);
        channel.Lease.Dispose();
    }
}
