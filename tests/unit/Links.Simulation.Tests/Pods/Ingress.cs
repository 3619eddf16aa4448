using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Links.Simulation.Tests.Pods;

/// <summary>
/// Plays the sidecar's IngressBridge and the thread of its returns: blocks to grant, and the product's fan to the consumer. What it does to
/// a delivery is the same, step by step; seals, doorbells and the broker are left out.
/// </summary>
internal sealed class Ingress : WokenStep, ILinkSink, IFrameOwner
{
    private const long LookAnyway = 1_000 * Scheduler.Millisecond;

    private readonly record struct Delivery(uint Slot, ulong Ticket, bool HasBytes);

    private readonly LinkPlace _link;
    private readonly Scheduler _scheduler;
    private readonly HandleTable<Delivery> _deliveries = new();
    private readonly List<Delivery> _returned = [], _done = [];
    private readonly Holder[] _holders;
    private ILinkReceiver? _receiver;
    private bool _isRefused, _isEnded;
    private (ulong Stream, ulong Sequence) _end;
    private int _givenBack;

    public Ingress(Scheduler scheduler, Process owner, LinkPlace link, RegionName name)
        : base(scheduler, owner)
    {
        (_scheduler, _link) = (scheduler, link);
        var small = scheduler.Random.Next(0, 4);
        Area = new Region(link.Edge.LandingBlocks + small, name, small);
        _holders = new Holder[Area.Blocks];
        Fan = new FanOut(this, FanOutRetention.UntilReturned, 64) { WindowFrames = Area.Blocks };
        Subscriber = Fan.AddSubscriber(Fan.AddEdge(FanOutDistribution.RoundRobin, link.Edge.AtLanding));
    }

    /// <summary>Who has a block: every one has exactly one holder.</summary>
    private enum Holder
    {
        Sink,
        Link,
        Consumers,
    }

    public Region Area { get; }

    public FanOut Fan { get; }

    public int Subscriber { get; }

    public nint AreaAddress => Area.Address;

    public long AreaLengthBytes => Area.LengthBytes;

    public int SlotCount => Area.Blocks;

    public int LargestBlockBytes => Region.BlockBytes;

    public ReadOnlySpan<byte> Read(long offset, int lengthBytes) => Area.At(offset, lengthBytes);

    public void Bind(ILinkReceiver receiver) => _receiver = receiver;

    public bool TryTakeBlock(out uint slot, out long offset, out int sizeBytes)
    {
        (offset, sizeBytes) = (0, 0);
        if (!Area.TryTake(out slot))
            return false;
        Move(slot, Holder.Sink, Holder.Link);
        (offset, sizeBytes) = ((long)slot * Region.BlockBytes, Area.SizeOf(slot));
        _link.At(Step.Grant);
        return true;
    }

    public void GiveBack(uint slot)
    {
        if (_link.Planted == PlantedBug.LeakedBlock && ++_givenBack % 16 == 0)
            return;
        Move(slot, Holder.Link, Holder.Sink);
        Area.Free(slot);
    }

    public bool TryDeliver(in FrameHeader header, uint slot, ulong ticket)
    {
        var delivery = new Delivery(slot, ticket, header.Kind == FrameKind.Frame);
        if (_isEnded && !TryReopen(in header))
        {
            Release(slot, Holder.Link);
            _returned.Add(delivery);
            _done.Add(delivery);
            Wake();
            return true;
        }
        if (!HasRoom())
        {
            _isRefused = true;
            return false;
        }
        Move(slot, Holder.Link, Holder.Consumers);
        var descriptor = FrameDescriptors.Of(in header, new BlockRef(slot, 1));
        // A notice has no bytes: it takes no block from what it may have to come before.
        if (descriptor.Kind != FrameKind.Frame)
        {
            Release(slot, Holder.Consumers);
            _returned.Add(delivery);
            Wake();
        }
        _isEnded = descriptor.Kind == FrameKind.EndOfStream;
        if (_isEnded)
            _end = (descriptor.Stream, descriptor.Sequence);
        Fan.Post(in descriptor, _deliveries.Add(in delivery));
        if (_link.Planted == PlantedBug.EarlyAcknowledgement)
            _receiver!.Done(ticket);
        WakeIfDropped();
        _link.At(Step.Deliver);
        return true;
    }

    void IFrameOwner.Returned(int tag)
    {
        var delivery = _deliveries[tag];
        if (!delivery.HasBytes)
            return;
        Release(delivery.Slot, Holder.Consumers);
        _returned.Add(delivery);
    }

    void IFrameOwner.Done(int tag)
    {
        var delivery = _deliveries.Remove(tag);
        if (_link.Planted != PlantedBug.EarlyAcknowledgement)
            _done.Add(delivery);
    }

    /// <summary>Takes back what the consumer has returned, and says so to the link.</summary>
    protected override void Work()
    {
        By(_scheduler.Now + LookAnyway);
        Fan.DrainReturns();
        Fan.Watch(_scheduler.Now, Operator.StandstillPatience);
        Fan.HasBroken.ShouldBeFalse("a consumer broke the rules of its channel");
        if (_returned.Count == 0 && _done.Count == 0)
            return;
        foreach (var delivery in _returned)
            _receiver!.Returned(delivery.Slot);
        foreach (var delivery in _done)
            _receiver!.Done(delivery.Ticket);
        _returned.Clear();
        _done.Clear();
        if (!_isRefused)
            return;
        _isRefused = false;
        _receiver!.Retry();
    }

    private bool HasRoom()
    {
        if (Fan.HasRoom() || _link.Edge.DeadlineNs == 0)
            return Fan.HasRoom();
        Fan.Pump();
        WakeIfDropped();
        return Fan.HasRoom();
    }

    private void WakeIfDropped()
    {
        if (_returned.Count + _done.Count > 0)
            Wake();
    }

    private bool TryReopen(in FrameHeader header)
    {
        if (header.Stream == _end.Stream && header.Sequence <= _end.Sequence)
            return false;
        _isEnded = false;
        Fan.Reopen();
        return true;
    }

    private void Release(uint slot, Holder from)
    {
        Move(slot, from, Holder.Sink);
        Area.Free(slot);
    }

    private void Move(uint slot, Holder from, Holder to)
    {
        _holders[slot].ShouldBe(from, $"block {slot}");
        _holders[slot] = to;
    }
}
