using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>
/// The channels of one output port (or of one inbound link): deals frames out to the consumers of every edge, remembers what is in flight,
/// and sends again what a dead consumer was not done with.
/// </summary>
/// <remarks>
/// Not thread-safe: its owner has one lock for all fans, merges and ledgers it owns, and every method here is short (no wait, no system
/// call but the wake of a sleeping peer).
/// <para>How a sidecar uses it for an inbound link: one fan with one edge; <see cref="AddEdge"/>, <see cref="AddSubscriber"/> per consumer
/// replica, <see cref="Attach"/> when a consumer's channel is ready. For a frame that landed: <see cref="Post"/> with a tag of its own,
/// segments naming region 0. <see cref="IFrameOwner.Returned"/> and <see cref="IFrameOwner.Done"/> come from <see cref="DrainReturns"/>.
/// With <see cref="FanOutRetention.UntilDone"/> the block must stay until Done: a slot that is granted again at Returned cannot be sent
/// again when the consumer dies between the two. Death of a consumer: <see cref="Detach"/> at once (what it was not done with goes to
/// others or waits for its successor, which is attached as the same subscriber), <see cref="TakeBack"/> when everything that the dead
/// process had borrowed is back. Between the two the bytes are neither returned nor done, whatever the others say: a reader may hold the
/// last frame of the dead one until it gets the first of the successor, and so the successor must not have to wait for it.</para>
/// <para>Notices (gap, end of stream) are posted like frames. An end of stream goes to every subscriber, also to one that is attached
/// later; a gap goes where a frame in its place would have gone.</para>
/// <para><see cref="Watch"/>: where a dealt out edge stands still because of one consumer, what that one has goes to the others too: an
/// order that is restored behind them waits for it. It is done when both are done with it, and their consumer hands it out once.</para>
/// </remarks>
public sealed partial class FanOut
{
    /// <summary>
    /// Most subscribers of one fan: as many as an edge of a pipeline may have pairs of replicas. More can only be a mistake.
    /// </summary>
    public const int SubscribersMax = 4096;

    private const int NoBucket = -1;

    private readonly List<FanOutEdge> _edges = [];
    private readonly List<Subscriber> _subscribers = [];
    private readonly List<OrphanedDelivery> _orphans = [];
    private readonly List<int> _takenBack = [];
    private readonly List<Holding> _parted = [];
    private readonly InFlightTable _inFlight;
    private readonly IFrameOwner _owner;
    private readonly FanOutRetention _retention;
    private FrameDescriptor _end;
    private bool _ended;

    /// <param name="owner">Is told what becomes of the frames.</param>
    /// <param name="retention">How long the owner keeps a frame's bytes.</param>
    /// <param name="inFlight">Expected frames in flight: the sum of the channels' capacities. More only costs an allocation.</param>
    public FanOut(IFrameOwner owner, FanOutRetention retention, int inFlight)
    {
        _owner = owner;
        _retention = retention;
        _inFlight = new InFlightTable(inFlight, owner);
        _dropper = new FrameDropper(_inFlight);
    }

    /// <summary>Over all edges, with a consumer or without.</summary>
    public int Subscribers => _subscribers.Count;

    /// <summary>Frames and notices that are not done.</summary>
    public int InFlight => _inFlight.Count;

    /// <summary>Frames that the consumers of an edge may hold together. Notices are not counted.</summary>
    public int WindowFrames { get; set; } = int.MaxValue;

    /// <summary>A consumer broke the protocol since the owner last cleared this; its channel says how.</summary>
    public bool HasBroken { get; set; }

    /// <summary>Frames that were sent again.</summary>
    public long Resent { get; private set; }

    /// <summary>Adds an edge; returns its number.</summary>
    /// <param name="distribution">How it deals frames out.</param>
    /// <param name="policy">What it may drop; null: nothing, and what a dead consumer was not done with is sent again.</param>
    public int AddEdge(FanOutDistribution distribution, EdgePolicy? policy = null)
    {
        _hasDeadline |= policy is { DeadlineNs: > 0 };
        _edges.Add(new FanOutEdge(_edges.Count, distribution, _retention, policy));
        return _edges.Count - 1;
    }

    /// <summary>Adds a subscriber, the place of one consumer of an edge, at any time; returns its number.</summary>
    public int AddSubscriber(int edge)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(_subscribers.Count, SubscribersMax);
        var subscriber = new Subscriber(_subscribers.Count, _edges[edge]);
        _subscribers.Add(subscriber);
        _edges[edge].Subscribers.Add(subscriber);
        return subscriber.Number;
    }

    /// <summary>
    /// Connects a consumer: what is owed to the subscriber, or to any of its edge, goes out with the next <see cref="Pump"/>.
    /// </summary>
    /// <param name="subscriber">As <see cref="AddSubscriber"/> returned it.</param>
    /// <param name="channel">To it.</param>
    /// <param name="replica">Which replica of the consumer it is: of use where frames go by key.</param>
    public void Attach(int subscriber, IOutboundChannel channel, int replica = 0)
    {
        Invariant.That(_subscribers[subscriber].Channel is null);
        // A consumer that had this end and was done with it is told no end again: the next thing is a new life of the source.
        var hadEnd = _subscribers[subscriber].IsCompleted;
        _subscribers[subscriber].Attach(channel, replica);
        SubscribersChanged();
        if (_ended && !hadEnd && !OwesEnd(_subscribers[subscriber]))
            Owe(_inFlight.Add(in _end, InFlightTable.NoTag), _subscribers[subscriber]);
    }

    /// <summary>
    /// Says that this channel knows the owner's region <paramref name="region"/> by <paramref name="index"/>. Region 0 is index 0 from the
    /// start.
    /// </summary>
    public void MapRegion(int subscriber, RegionName region, int index) => _subscribers[subscriber].MapRegion(region, index);

    /// <summary>Whether the subscriber has a consumer that is alive.</summary>
    public bool IsOpen(int subscriber) => _subscribers[subscriber].IsOpen;

    /// <summary>What the subscriber's consumer was sent and is not done with.</summary>
    public int HeldBy(int subscriber) => _subscribers[subscriber].Tickets.Count;

    /// <summary>Whether the subscriber has a consumer, alive or not.</summary>
    public bool IsTaken(int subscriber) => _subscribers[subscriber].Channel is not null;

    /// <summary>Whether one more frame can go out at once on every edge, after <paramref name="reserved"/> others.</summary>
    public bool HasRoom(int reserved = 0)
    {
        foreach (var edge in _edges)
            if (!edge.Drops && edge.RoomIn(WindowOf(edge)) <= reserved)
                return false;
        return true;
    }

    /// <summary>Whether the consumers that would get it know every region that the segments are in.</summary>
    public bool CanCarry(ref FrameDescriptor descriptor)
    {
        foreach (var edge in _edges)
        {
            // Where a region is not known the frame waits in its queue, and is dropped there if need be.
            if (edge.Drops)
                continue;
            var (known, open) = (0, 0);
            foreach (var subscriber in edge.Subscribers)
            {
                open += subscriber.IsOpen ? 1 : 0;
                known += subscriber.IsOpen && subscriber.Knows(ref descriptor) ? 1 : 0;
            }
            if (edge.Distribution == FanOutDistribution.RoundRobin ? known == 0 : known < open)
                return false;
        }
        return true;
    }

    /// <summary>Sends if there is room on every edge; false: nothing happened.</summary>
    public bool TrySend(in FrameDescriptor descriptor, int tag)
    {
        if (!HasRoom())
            return false;
        Post(in descriptor, tag);
        return true;
    }

    /// <summary>Takes a frame or notice in any case; it goes out at once where there is room, else as soon as there is.</summary>
    /// <param name="descriptor">Everything but the ticket. Its segments name regions by the owner's own names.</param>
    /// <param name="tag">Names the frame to the owner; -1: the owner wants no word of it.</param>
    public void Post(in FrameDescriptor descriptor, int tag)
    {
        Invariant.That(!_ended);
        var flight = _inFlight.Add(in descriptor, tag);
        if (descriptor.Kind == FrameKind.EndOfStream)
            (_ended, _end) = (true, descriptor);
        foreach (var edge in _edges)
            Owe(flight, edge, descriptor.Kind);
        if (_inFlight[flight].Owed == 0)
            _inFlight.Tell(flight);
        Pump();
    }

    /// <summary>
    /// The source goes on after its end: a new life of it. What follows goes behind the end that was sent; one that was not is not sent any
    /// more.
    /// </summary>
    public void Reopen()
    {
        Invariant.That(_ended);
        _ended = false;
        SubscribersChanged();
        foreach (var subscriber in _subscribers)
        {
            subscriber.EndSent = false;
            for (var left = subscriber.Owed.Count; left > 0; left--)
            {
                var flight = subscriber.Owed.TakeFirst();
                if (_inFlight[flight].Descriptor.Kind == FrameKind.EndOfStream)
                    _inFlight.Excuse(flight);
                else
                    subscriber.Owed.AddLast(flight);
            }
        }
    }

    /// <summary>Reads what consumers gave back, tells the owner, and sends what is owed. Returns how much was given back.</summary>
    public int DrainReturns()
    {
        var count = 0;
        foreach (var subscriber in _subscribers)
            count += Drain(subscriber);
        if (count > 0 || HasOwed() || _hasDeadline)
            Pump();
        return count;
    }

    /// <summary>
    /// Whether a consumer has given something back that <see cref="DrainReturns"/> would read, or something owed could go out.
    /// </summary>
    public bool HasOwed() => _edges.Exists(static edge => edge.Owed.Count > 0)
        || _subscribers.Exists(static subscriber => subscriber.Owed.Count > 0);

    /// <summary>
    /// The consumer is dead: what it was not done with is owed again, before everything that is owed already. It stays where it is until
    /// <see cref="TakeBack"/>.
    /// </summary>
    /// <param name="subscriber">Without a consumer from here on.</param>
    /// <param name="isCompleted">
    /// No successor comes: it was done with all of its stream, though the word of it may have been lost with a sidecar, or the plan has no
    /// such consumer any more. What it alone is owed is done; what any consumer of its edge may have goes to the others, and is done once
    /// all have completed.
    /// </param>
    public void Detach(int subscriber, bool isCompleted)
    {
        if (isCompleted)
            Complete(_subscribers[subscriber]);
        if (_subscribers[subscriber].Channel is not null)
            Part(_subscribers[subscriber]);
        SubscribersChanged();
        // What it had not taken came back meanwhile.
        if (isCompleted)
            Complete(_subscribers[subscriber]);
        Pump();
    }

    /// <summary>All that the dead consumer had borrowed is back.</summary>
    public void TakeBack(IOutboundChannel channel)
    {
        foreach (var subscriber in _subscribers)
            if (subscriber.Channel == channel)
                Part(subscriber);
        SubscribersChanged();
        for (var i = _orphans.Count - 1; i >= 0; i--)
            if (_orphans[i].Channel == channel)
                ReleaseOrphan(i);
        Pump();
    }

    /// <summary>The sidecar died: every channel with it. Everything that is not done is owed again.</summary>
    public void TakeBackAll()
    {
        foreach (var subscriber in _subscribers)
            subscriber.IsClosing = true;
        foreach (var subscriber in _subscribers)
            if (subscriber.Channel is not null)
                Part(subscriber);
        while (_orphans.Count > 0)
            ReleaseOrphan(_orphans.Count - 1);
        SubscribersChanged();
    }

    /// <summary>
    /// Withdraws what waits to be sent and was not sent to another consumer, as if it had never been posted; the owner is told by
    /// <paramref name="withdrawn"/> alone.
    /// </summary>
    public void Withdraw(Predicate<int> isUnwanted, Action<int> withdrawn)
    {
        _takenBack.Clear();
        foreach (var edge in _edges)
            Withdraw(edge.Owed, isUnwanted);
        foreach (var subscriber in _subscribers)
            Withdraw(subscriber.Owed, isUnwanted);
        foreach (var flight in _takenBack)
        {
            var tag = _inFlight[flight].Tag;
            _inFlight.Remove(flight);
            withdrawn(tag);
        }
    }

    /// <summary>
    /// Sends what is owed as far as there is room. Edges that drop come last, wherever the pipeline names them: their work and the wake of
    /// their consumers would make the others' frames late.
    /// </summary>
    public void Pump()
    {
        Pump(dropping: false);
        Pump(dropping: true);
    }

    private void Pump(bool dropping)
    {
        foreach (var edge in _edges)
            if (edge.Drops == dropping)
                Pump(edge);
    }

    private void Withdraw(IntDeque owed, Predicate<int> isUnwanted)
    {
        for (var i = owed.Count; i > 0; i--)
        {
            var flight = owed.TakeFirst();
            if (_inFlight[flight].Tag == InFlightTable.NoTag || _inFlight[flight].Undone != 0 || _inFlight[flight].Orphans > 0
                || !isUnwanted(_inFlight[flight].Tag))
                owed.AddLast(flight);
            else if (!_takenBack.Contains(flight))
                _takenBack.Add(flight);
        }
    }

    private void Owe(int flight, FanOutEdge edge, FrameKind kind)
    {
        if (edge.AllCompleted)
            return;
        // A gap, too, goes to one: it says that its place is empty, and once is enough.
        if (IsDealt(edge, kind))
        {
            _inFlight[flight].Owed++;
            edge.Owed.AddLast(flight);
            return;
        }
        foreach (var subscriber in edge.Subscribers)
            if (!subscriber.IsCompleted)
                Owe(flight, subscriber);
    }

    private void Owe(int flight, Subscriber subscriber)
    {
        _inFlight[flight].Owed++;
        subscriber.Owed.AddLast(flight);
    }

    private bool OwesEnd(Subscriber subscriber)
    {
        for (var i = 0; i < subscriber.Owed.Count; i++)
        {
            var flight = subscriber.Owed.TakeFirst();
            subscriber.Owed.AddLast(flight);
            if (_inFlight[flight].Descriptor.Kind == FrameKind.EndOfStream)
                return Rotate(subscriber.Owed, subscriber.Owed.Count - 1 - i);
        }
        return false;
    }

    private static bool Rotate(IntDeque owed, int steps)
    {
        for (; steps > 0; steps--)
            owed.AddLast(owed.TakeFirst());
        return true;
    }

    private void PumpShared(FanOutEdge edge)
    {
        while (edge.Owed.Count > 0)
        {
            var number = edge.Owed.First;
            if (!IsPrepared(number) || edge.Next(_inFlight, number, WindowOf(edge)) is not { } subscriber
                || !TryPush(number, subscriber, NoBucket))
                return;
            edge.Owed.TakeFirst();
            edge.Served(subscriber);
        }
    }

    private void PumpSubscriber(Subscriber subscriber)
    {
        while (subscriber.Owed.Count > 0 && subscriber.Room > 0)
        {
            var number = subscriber.Owed.First;
            // The end goes last: what others gave back may still have to go this way.
            var held = _inFlight[number].Descriptor.Kind == FrameKind.EndOfStream && subscriber.Edge.Owed.Count > 0;
            if (held || (IsFrame(number) && !subscriber.MayHave(_inFlight)) || !IsPrepared(number)
                || !subscriber.Knows(ref _inFlight[number].Descriptor) || !TryPush(number, subscriber, NoBucket))
                return;
            subscriber.Owed.TakeFirst();
        }
    }

    private bool IsPrepared(int number)
    {
        ref var flight = ref _inFlight[number];
        return flight.Tag == InFlightTable.NoTag || _owner.Prepare(flight.Tag, ref flight.Descriptor);
    }

    private bool IsFrame(int flight) => _inFlight[flight].Descriptor.Kind == FrameKind.Frame;

    private bool TryPush(int number, Subscriber subscriber, int bucket)
    {
        if (!subscriber.TryPush(in _inFlight[number].Descriptor, number, bucket))
            return false;
        _inFlight.Sent(number);
        return true;
    }

    private int Drain(Subscriber subscriber)
    {
        var count = 0;
        while (subscriber.Channel is { } channel && channel.TryPopReturn(out var entry))
        {
            count++;
            var flight = subscriber.Tickets.Find(entry.Ticket).InFlight;
            subscriber.GaveBack(in entry, IsFrame(flight));
            _inFlight.Settle(flight, entry.Kind);
        }
        if (subscriber.Channel is { IsBroken: true } && !subscriber.IsClosing)
        {
            (subscriber.IsClosing, HasBroken) = (true, true);
            SubscribersChanged();
        }
        return count;
    }

    private void Complete(Subscriber completed)
    {
        (completed.IsCompleted, completed.IsClosing) = (true, true);
        while (completed.Owed.Count > 0)
            _inFlight.Excuse(completed.Owed.TakeFirst());
        while (completed.Edge.AllCompleted && completed.Edge.Owed.Count > 0)
            _inFlight.Excuse(completed.Edge.Owed.TakeFirst());
    }

    private void Part(Subscriber lost)
    {
        Drain(lost);
        TakeBackUnread(lost);
        _parted.Clear();
        var channel = lost.Detach(_parted);
        SortLatestFirst();
        _orphans.Add(new OrphanedDelivery(channel, [.. _parted.Select(static holding => holding.InFlight)]));
        foreach (var holding in _parted)
            Depart(in holding, lost);
    }

    // Each then goes to the front: they end up in the order in which they were given.
    private void SortLatestFirst() =>
        _parted.Sort((left, right) => _inFlight[right.InFlight].Order.CompareTo(_inFlight[left.InFlight].Order));

    private void ReleaseOrphan(int orphan)
    {
        var entries = _orphans[orphan].Entries;
        _orphans.RemoveAt(orphan);
        foreach (var flight in entries)
            _inFlight.ReleaseOrphan(flight);
    }

    private void Depart(in Holding holding, Subscriber subscriber)
    {
        var number = holding.InFlight;
        var toEdge = IsDealt(subscriber.Edge, _inFlight[number].Descriptor.Kind);
        var isExcused = holding.IsDealtAgain || (subscriber.IsCompleted && (!toEdge || subscriber.Edge.AllCompleted));
        _inFlight.Depart(in holding);
        var queue = toEdge ? subscriber.Edge.Owed : subscriber.Owed;
        if (subscriber.Edge.Policy is not null && IsFrame(number))
        {
            if (!isExcused)
                ExplainLost(number, subscriber.Edge, queue);
            return;
        }
        if (!isExcused && !(_retention == FanOutRetention.UntilReturned && holding.IsReturned))
            OweAgain(number, queue);
    }

    private void OweAgain(int number, IntDeque owed)
    {
        Resent += IsFrame(number) ? 1 : 0;
        owed.AddFirst(number);
        _inFlight.OweAgain(number);
    }
}
