using System.Text;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>
/// Where an inbound link ends: its region, whose blocks the link grants, and the channels to this pod's consumers of the edge.
/// </summary>
/// <remarks>
/// Threads: the link's delivers, the ports' lock holder attaches consumers, and the loop that all ports share takes back what consumers
/// return. One lock (<c>_gate</c>) guards the fan; the link is told what came back after the lock is let go, by the loop only, so that the
/// link's locks and ours never nest.
/// </remarks>
internal sealed class IngressBridge : ChannelEndpoint, ILinkSink, IFrameOwner, IReturning
{
    private readonly record struct Delivery(uint Slot, BlockRef Block, ulong Ticket, long AtNanoseconds)
    {
        /// <summary>A notice has no bytes, and its block is free already.</summary>
        public bool IsNotice { get; init; }
    }

    // As a media operator's, see MediaOperatorOptions.StandstillPatience.
    private const long StandstillPatienceNs = 5_000_000_000;

    private readonly Lock _gate = new();
    private readonly MappedMemory _memory, _doorbellMemory;
    private readonly RegionWriter _writer;
    private readonly BlockQuota _quota;
    private readonly BlockRef[] _granted;
    private readonly long _areaOffset;
    private readonly FanOut _fan;
    private readonly Dictionary<string, int> _subscribers;
    private readonly Dictionary<PortChannel, ChannelLease> _leases = [];
    private readonly HandleTable<Delivery> _deliveries = new();
    private readonly List<Delivery> _returned = [], _done = [];
    private readonly List<PortChannel> _toTakeBack = [];

    // What the lock let out; the loop's alone.
    private readonly List<Delivery> _toldReturned = [], _toldDone = [];
    private readonly List<(PortChannel Channel, ChannelViolation Violation)> _broken = [];

    private readonly DoorbellWaiter _waiter;
    private ILinkReceiver? _link;
    private volatile bool _refused, _takesNoMore, _hasDeadline;
    private bool _ended;
    private (ulong Stream, ulong Sequence) _end;
    private long _watchedAtNs;
    private readonly byte[] _keyField;

    public IngressBridge(LinkPlan link, EdgePlan edge, IReadOnlyList<string> consumers, HugePages pages, WaitPolicy waiting,
        bool deviceReads = false)
        : base(PodTopology.InboundEnd(link))
    {
        Edge = edge.Name;
        OwnRegion = PodRegion.Create(Name, link.RegionClasses, pages, deviceReads);
        _memory = OwnRegion.Staging.MapForProducer();
        OwnRegion.Seal();
        _writer = new RegionWriter(_memory);
        _quota = new BlockQuota((int)_writer.Layout.BlockCount);
        _granted = new BlockRef[_writer.Layout.BlockCount];
        _areaOffset = _writer.Layout.BlockOffset(0);
        _fan = new FanOut(this, FanOutRetention.UntilReturned, consumers.Count * edge.ChannelCapacity);
        _fan.WindowFrames = SlotCount;
        var number = _fan.AddEdge(edge.Distribution switch
        {
            Distribution.Broadcast => FanOutDistribution.Broadcast,
            Distribution.ByKey => FanOutDistribution.ByKey,
            _ => FanOutDistribution.RoundRobin,
        }, EdgePolicies.OfLanded(edge));
        _keyField = Encoding.UTF8.GetBytes(edge.KeyField ?? "");
        _hasDeadline = EdgePolicies.DeadlineNs(edge.Queue) > 0;
        _subscribers = consumers.ToDictionary(consumer => consumer, _ => _fan.AddSubscriber(number));
        DoorbellFile = Doorbell.Create(Name);
        _doorbellMemory = Doorbell.Map(DoorbellFile);
        _waiter = DoorbellWaiter.ByPoll(_doorbellMemory, waiting);
        ReturnsLoop.Shared.Add(this);
    }

    public string Edge { get; }

    public override PodRegion OwnRegion { get; }

    public override MemoryFile DoorbellFile { get; }

    /// <summary>The highest sequence that came; with the end of the stream, its last.</summary>
    public ulong LastSequence { get; private set; }

    /// <summary>
    /// From the producer's send until the frame lay here: its pod's queue, the wait for a grant, and the wire (half a round trip).
    /// </summary>
    public LatencyCounts Landed { get; } = new();

    /// <summary>
    /// From there until the last consumer had given it back: this pod's queue, the wake-up, and the consumer's work on it.
    /// </summary>
    public LatencyCounts Held { get; } = new();

    /// <summary>What came as gap notices.</summary>
    public GapCounts Gaps { get; } = new();

    public nint AreaAddress => _memory.Address + (nint)_areaOffset;

    public long AreaLengthBytes => _memory.LengthBytes - _areaOffset;

    public int SlotCount => (int)_writer.Layout.BlockCount;

    public int LargestBlockBytes => (int)_writer.Layout.BlockSizeBytes(_writer.Layout.BlockCount - 1);

    public int BlocksInUse => _writer.BlocksInUse;

    /// <summary>Deliveries that the consumers are not done with.</summary>
    public int NotDone
    {
        get
        {
            lock (_gate)
                return _deliveries.Count;
        }
    }

    /// <summary>Who holds how much of what came: for people.</summary>
    public string Holders
    {
        get
        {
            lock (_gate)
                return string.Join(", ",
                    _subscribers.Where(one => _fan.HeldBy(one.Value) > 0).Select(one => $"{one.Key} holds {_fan.HeldBy(one.Value)}"));
        }
    }

    public bool Ended
    {
        get
        {
            lock (_gate)
                return _ended && _deliveries.Count == 0;
        }
    }

    public ReadOnlySpan<byte> Read(long offset, int lengthBytes) => _memory.Span(_areaOffset + offset, lengthBytes);

    public void Bind(ILinkReceiver receiver) => _link = receiver;

    /// <summary>
    /// The pod ends: no block is granted from here on. What was granted may still land, and the rest stays with the sender.
    /// </summary>
    public void TakeNoMore() => _takesNoMore = true;

    // Largest first: a frame needs one, and what is left over serves notices and small frames.
    public bool TryTakeBlock(out uint slot, out long offset, out int sizeBytes)
    {
        var classes = _writer.Layout.Classes;
        for (var index = classes.Length - 1; index >= 0 && !_takesNoMore; index--)
        {
            if (!_writer.TryTake(classes[index].BlockSizeBytes, _quota, out var block))
                continue;
            _granted[block.Block] = block;
            slot = block.Block;
            offset = _writer.Layout.BlockOffset(block.Block) - _areaOffset;
            sizeBytes = (int)_writer.Layout.BlockSizeBytes(block.Block);
            return true;
        }
        (slot, offset, sizeBytes) = (0, 0, 0);
        return false;
    }

    public void GiveBack(uint slot) => Invariant.That(_writer.Release(_granted[slot]));

    public bool TryDeliver(in FrameHeader header, uint slot, ulong ticket)
    {
        lock (_gate)
        {
            var delivery = new Delivery(slot, _granted[slot], ticket, MonotonicClock.Nanoseconds);
            // After a restart of the sender the end comes again, behind what came before it: everybody has it all.
            if (_ended && !TryReopen(in header))
                return SettleAtOnce(in delivery);
            if (!HasRoom())
            {
                _refused = true;
                return false;
            }
            var descriptor = FrameDescriptors.Of(in header, delivery.Block);
            // Not refused: that would break the link, which other producers of that pod share, each time the frame is sent again.
            if (descriptor.Kind == FrameKind.Frame && !IsSound(in header, slot) && !FrameDescriptors.TryMakeLost(ref descriptor))
                return SettleAtOnce(in delivery);
            _ended = descriptor.Kind == FrameKind.EndOfStream;
            if (_ended)
                _end = (descriptor.Stream, descriptor.Sequence);
            LastSequence = Math.Max(LastSequence, descriptor.Sequence);
            Gaps.Add(in descriptor);
            if (descriptor.Kind == FrameKind.Frame)
                Landed.Add((long)header.EdgeAgeNanoseconds);
            else
                Free(ref delivery);
            _fan.Post(in descriptor, _deliveries.Add(in delivery));
            TellDropped();
            return true;
        }
    }

    // What waits may have become too old meanwhile.
    private bool HasRoom()
    {
        if (_fan.HasRoom() || !_hasDeadline)
            return _fan.HasRoom();
        _fan.Pump();
        TellDropped();
        return _fan.HasRoom();
    }

    // Blocks of frames that were dropped are free: the loop that takes back what consumers return says so to the link.
    private void TellDropped()
    {
        if (_returned.Count + _done.Count > 0)
            _waiter.Wake();
    }

    // Notices wait in a reorder window for what comes before them, which needs a block to come at all.
    private void Free(ref Delivery notice)
    {
        Invariant.That(_writer.Release(notice.Block));
        notice = notice with { IsNotice = true };
        _returned.Add(notice);
    }

    private bool SettleAtOnce(in Delivery delivery)
    {
        Invariant.That(_writer.Release(delivery.Block));
        _returned.Add(delivery);
        _done.Add(delivery);
        _waiter.Wake();
        return true;
    }

    // The far sidecar looked when it sent; its media operator, or itself, may have written since. A consumer here would blame the channel
    // for it.
    private bool IsSound(in FrameHeader header, uint slot) =>
        FrameEnvelope.TryRead(SegmentOf(in header, slot, 0), SegmentOf(in header, slot, 1), SegmentOf(in header, slot, 2), out var view,
            out _)
        && view.Info.Stream == header.Stream && view.Info.Sequence == header.Sequence;

    private ReadOnlySpan<byte> SegmentOf(in FrameHeader header, uint slot, int index)
    {
        if (index >= header.SegmentCount)
            return default;
        var extent = header.Segment(index);
        return _memory.Span(_writer.Layout.BlockOffset(slot) + extent.OffsetBytes, (int)extent.LengthBytes);
    }

    /// <summary>What lies behind the end is of a new life of the source.</summary>
    private bool TryReopen(in FrameHeader header)
    {
        if (header.Stream == _end.Stream && header.Sequence <= _end.Sequence)
            return false;
        (_ended, LastSequence) = (false, 0);
        _fan.Reopen();
        return true;
    }

    void IFrameOwner.Returned(int tag)
    {
        var delivery = _deliveries[tag];
        if (delivery.IsNotice)
            return;
        Invariant.That(_writer.Release(delivery.Block));
        Held.Add(MonotonicClock.Nanoseconds - delivery.AtNanoseconds);
        _returned.Add(delivery);
    }

    ulong IFrameOwner.KeyOf(int tag, int edge, ref FrameDescriptor descriptor)
    {
        var envelope = descriptor.Segment(0);
        return FrameKey.Of(_memory.Span(_writer.Layout.BlockOffset(envelope.Block) + envelope.Offset, (int)envelope.Length), _keyField);
    }

    void IFrameOwner.Done(int tag) => _done.Add(_deliveries.Remove(tag));

    public override void PolicyChanged(EdgePlan edge, bool isProducer)
    {
        lock (_gate)
        {
            _hasDeadline = EdgePolicies.DeadlineNs(edge.Queue) > 0;
            _fan.ChangePolicy(0, EdgePolicies.OfLanded(edge)!);
        }
        _waiter.Wake();
    }

    public override EventDescriptor? SignalFor(PortChannel channel)
    {
        lock (_gate)
            return LeaseOf(channel).Signal;
    }

    public override void OfferChannel(PortChannel channel)
    {
        lock (_gate)
        {
            var lease = LeaseOf(channel);
            lease.Subscriber = _subscribers[channel.Consumer.Name];
            _fan.Attach(lease.Subscriber, lease.Producer!, channel.Consumer.Replica);
        }
        _waiter.Wake();
    }

    public override void PeerGone(PortChannel channel, string reason)
    {
        lock (_gate)
            _fan.Detach(LeaseOf(channel).Subscriber, channel.EndedFor(channel.Consumer) == AttachMessage.ClosedReason.PeerCompleted);
        _waiter.Wake();
    }

    public override void ConsumerGone(PortChannel channel)
    {
        lock (_gate)
            _toTakeBack.Add(channel);
        _waiter.Wake();
    }

    public override void Withdraw(PortChannel channel)
    {
        lock (_gate)
        {
            if (_leases.Remove(channel, out var lease))
                lease.Dispose();
        }
    }

    // A link's frames lie in its own region, which is index 0 in every channel from the start.
    public override void TellRegion(PortChannel channel, int index, PodRegion region) => Invariant.That(index == 0 && region == OwnRegion);

    public override void Dispose()
    {
        ReturnsLoop.Shared.Remove(this);
        foreach (var lease in _leases.Values)
            lease.Dispose();
        _waiter.Dispose();
        _doorbellMemory.Dispose();
        DoorbellFile.Dispose();
        _memory.Dispose();
        base.Dispose();
    }

    protected override void OfferRegion(PodRegion region) =>
        throw new InvalidOperationException("a link's end consumes nothing in this pod");

    protected override void RegionGone(PodRegion region) =>
        throw new InvalidOperationException("a link's end consumes nothing in this pod");

    // The lease is made when the consumer is given the channel, before this end gets it: the consumer needs our eventfd, and can
    // write the header that the producing end reads.
    private ChannelLease LeaseOf(PortChannel channel)
    {
        if (_leases.TryGetValue(channel, out var lease))
            return lease;
        lease = new ChannelLease(ChannelFile.Map(channel.File.File), _waiter);
        lease.Producer = new ProducerChannel(new ChannelProducer(lease.Memory), channel.Consumer.Ringer);
        _leases.Add(channel, lease);
        return lease;
    }

    private void Watch()
    {
        var nowNs = MonotonicClock.Nanoseconds;
        if (nowNs - _watchedAtNs < StandstillPatienceNs / 50)
            return;
        _watchedAtNs = nowNs;
        lock (_gate)
            _fan.Watch(nowNs, StandstillPatienceNs);
    }

    // The consumer may be dead already: then this changes nothing.
    private void BanBroken()
    {
        foreach (var (channel, violation) in _broken)
            Ports!.Ban(channel.Consumer, $"{channel.Consumer.Name} broke the protocol on {channel}: {violation}");
        _broken.Clear();
    }

    private void NoteBroken()
    {
        foreach (var (channel, lease) in _leases)
        {
            if (lease.Producer is { IsBroken: true } producer)
                _broken.Add((channel, producer.Violation));
        }
        _fan.HasBroken = false;
    }

    DoorbellWaiter IReturning.Waiter => _waiter;

    bool IReturning.TryTakeReturns()
    {
        Watch();
        lock (_gate)
        {
            var count = _fan.DrainReturns();
            if (_fan.HasBroken)
                NoteBroken();
            foreach (var channel in _toTakeBack)
                TakeBack(channel);
            _toTakeBack.Clear();
            if (count == 0 && _returned.Count == 0 && _done.Count == 0 && _broken.Count == 0)
                return false;
            _toldReturned.AddRange(_returned);
            _toldDone.AddRange(_done);
            _returned.Clear();
            _done.Clear();
        }
        BanBroken();
        TellLink();
        return true;
    }

    private void TellLink()
    {
        foreach (var delivery in _toldReturned)
            _link!.Returned(delivery.Slot);
        foreach (var delivery in _toldDone)
            _link!.Done(delivery.Ticket);
        _toldReturned.Clear();
        _toldDone.Clear();
        if (!_refused)
            return;
        _refused = false;
        _link!.Retry();
    }

    private void TakeBack(PortChannel channel)
    {
        if (!_leases.Remove(channel, out var lease))
            return;
        _fan.TakeBack(lease.Producer!);
        lease.Dispose();
    }
}
