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
/// <para>How a sidecar uses it for an inbound link: one fan with one edge; <see cref="AddEdge"/>, <see cref="AddSeat"/> per consumer
/// replica,
/// <see cref="Attach"/> when a consumer's channel is ready. For a frame that landed: <see cref="Post"/> with a tag of its own, segments
/// naming region 0. <see cref="IFrameOwner.Returned"/> and <see cref="IFrameOwner.Done"/> come from <see cref="DrainReturns"/>. With
/// <see cref="FanOutRetention.UntilDone"/> the block must stay until Done: a slot that is granted again at Returned cannot be sent again
/// when the consumer dies between the two. Death of a consumer: <see cref="CloseSeat"/> at once (what it was not done with goes to others
/// or waits for its successor, who is attached to the same seat), <see cref="TakeBack"/> when everything that the dead process had borrowed
/// is back. Between the two the bytes are neither returned nor done, whatever the others say: a reader may hold the last frame of the dead
/// one until it gets the first of the successor, and so the successor must not have to wait for it.</para>
/// <para>Notices (gap, end of stream) are posted like frames. An end of stream goes to every seat, also to one that is attached later; a
/// gap goes where a frame in its place would have gone.</para>
/// <para><see cref="Watch"/>: where a dealt out edge stands still because of one consumer, what that one has goes to the others too: an
/// order that is restored
/// behind them waits for it. It is done when both are done with it, and their consumer hands it out once.</para>
/// </remarks>
public sealed partial class FanOut
{
    /// <summary>Most seats of one fan: as many as an edge of a pipeline may have pairs of replicas. More can only be a mistake.</summary>
    public const int SeatsMax = 4096;

    private const int NoBucket = -1;

    private readonly List<FanOutEdge> _edges = [];
    private readonly List<Subscriber> _seats = [];
    private readonly List<OrphanedDelivery> _ghosts = [];
    private readonly List<int> _takenBack = [];
    private readonly List<Holding> _parted = [];
    private readonly InFlightTable _flights;
    private readonly IFrameOwner _owner;
    private readonly FanOutRetention _retention;
    private FrameDescriptor _end;
    private bool _ended;

    /// <param name="owner">Is told what becomes of the frames.</param>
    /// <param name="retention">How long the owner keeps a frame's bytes.</param>
    /// <param name="flights">Expected frames in flight: the sum of the channels' capacities. More only costs an allocation.</param>
    public FanOut(IFrameOwner owner, FanOutRetention retention, int flights)
    {
        _owner = owner;
        _retention = retention;
        _flights = new InFlightTable(flights, owner);
        _dropper = new FrameDropper(_flights);
    }

    /// <summary>Places for consumers that there are, over all edges.</summary>
    public int Seats => _seats.Count;

    /// <summary>Frames and notices that are not done.</summary>
    public int InFlight => _flights.Count;

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

    /// <summary>Adds a place for one consumer of an edge, at any time; returns its number.</summary>
    public int AddSeat(int edge)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(_seats.Count, SeatsMax);
        var seat = new Subscriber(_seats.Count, _edges[edge]);
        _seats.Add(seat);
        _edges[edge].Seats.Add(seat);
        return seat.Number;
    }

    /// <summary>Seats a consumer: what is owed to the seat, or to any of its edge, goes out with the next <see cref="Pump"/>.</summary>
    /// <param name="seat">Where it sits.</param>
    /// <param name="channel">To it.</param>
    /// <param name="replica">Which replica of the consumer it is: of use where frames go by key.</param>
    public void Attach(int seat, IOutboundChannel channel, int replica = 0)
    {
        Invariant.That(_seats[seat].Channel is null);
        // A consumer that had this end and was done with it is told no end again: the next thing is a new life of the source.
        var hadEnd = _seats[seat].IsCompleted;
        _seats[seat].Occupy(channel, replica);
        SeatsChanged();
        if (_ended && !hadEnd && !OwesEnd(_seats[seat]))
            Owe(_flights.Add(in _end, InFlightTable.NoTag), _seats[seat]);
    }

    /// <summary>
    /// Says that this channel knows the owner's region <paramref name="region"/> by <paramref name="index"/>. Region 0 is index 0 from the
    /// start.
    /// </summary>
    public void MapRegion(int seat, RegionName region, int index) => _seats[seat].MapRegion(region, index);

    /// <summary>Whether the seat has a consumer that is alive.</summary>
    public bool IsOpen(int seat) => _seats[seat].IsOpen;

    /// <summary>What the seat's consumer was sent and is not done with.</summary>
    public int HeldBy(int seat) => _seats[seat].Tickets.Count;

    /// <summary>Whether a consumer sits there.</summary>
    public bool IsTaken(int seat) => _seats[seat].Channel is not null;

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
            foreach (var seat in edge.Seats)
            {
                open += seat.IsOpen ? 1 : 0;
                known += seat.IsOpen && seat.Knows(ref descriptor) ? 1 : 0;
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
        var flight = _flights.Add(in descriptor, tag);
        if (descriptor.Kind == FrameKind.EndOfStream)
            (_ended, _end) = (true, descriptor);
        foreach (var edge in _edges)
            Owe(flight, edge, descriptor.Kind);
        if (_flights[flight].Owed == 0)
            _flights.Tell(flight);
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
        SeatsChanged();
        foreach (var seat in _seats)
        {
            seat.EndSent = false;
            for (var left = seat.Owed.Count; left > 0; left--)
            {
                var flight = seat.Owed.TakeFirst();
                if (_flights[flight].Descriptor.Kind == FrameKind.EndOfStream)
                    _flights.Excuse(flight);
                else
                    seat.Owed.AddLast(flight);
            }
        }
    }

    /// <summary>Reads what consumers gave back, tells the owner, and sends what is owed. Returns how much was given back.</summary>
    public int DrainReturns()
    {
        var count = 0;
        foreach (var seat in _seats)
            count += Drain(seat);
        if (count > 0 || HasOwed() || _hasDeadline)
            Pump();
        return count;
    }

    /// <summary>
    /// Whether a consumer has given something back that <see cref="DrainReturns"/> would read, or something owed could go out.
    /// </summary>
    public bool HasOwed() => _edges.Exists(static edge => edge.Owed.Count > 0) || _seats.Exists(static seat => seat.Owed.Count > 0);

    /// <summary>
    /// The consumer is dead: what it was not done with is owed again, before everything that is owed already. It stays where it is until
    /// <see cref="TakeBack"/>.
    /// </summary>
    /// <param name="seat">Its seat, vacant from here on.</param>
    /// <param name="isCompleted">
    /// No successor comes: it was done with all of its stream, though the word of it may have been lost with a sidecar, or the plan has no
    /// such consumer any more. What it alone is owed is done; what any consumer of its edge may have goes to the others, and is done once
    /// all have completed.
    /// </param>
    public void CloseSeat(int seat, bool isCompleted)
    {
        if (isCompleted)
            Complete(_seats[seat]);
        if (_seats[seat].Channel is not null)
            Part(_seats[seat]);
        SeatsChanged();
        // What it had not taken came back meanwhile.
        if (isCompleted)
            Complete(_seats[seat]);
        Pump();
    }

    /// <summary>All that the dead consumer had borrowed is back.</summary>
    public void TakeBack(IOutboundChannel channel)
    {
        foreach (var seat in _seats)
            if (seat.Channel == channel)
                Part(seat);
        SeatsChanged();
        for (var i = _ghosts.Count - 1; i >= 0; i--)
            if (_ghosts[i].Channel == channel)
                Lay(i);
        Pump();
    }

    /// <summary>The sidecar died: every channel with it. Everything that is not done is owed again.</summary>
    public void TakeBackAll()
    {
        foreach (var seat in _seats)
            seat.IsClosing = true;
        foreach (var seat in _seats)
            if (seat.Channel is not null)
                Part(seat);
        while (_ghosts.Count > 0)
            Lay(_ghosts.Count - 1);
        SeatsChanged();
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
        foreach (var seat in _seats)
            Withdraw(seat.Owed, isUnwanted);
        foreach (var flight in _takenBack)
        {
            var tag = _flights[flight].Tag;
            _flights.Remove(flight);
            withdrawn(tag);
        }
    }

    /// <summary>Sends what is owed as far as there is room.</summary>
    public void Pump()
    {
        foreach (var edge in _edges)
            if (edge.Policy is null)
                Push(edge);
            else
                Pump(edge);
    }

    private void Withdraw(IntDeque owed, Predicate<int> isUnwanted)
    {
        for (var i = owed.Count; i > 0; i--)
        {
            var flight = owed.TakeFirst();
            if (_flights[flight].Tag == InFlightTable.NoTag || _flights[flight].Undone != 0 || _flights[flight].Ghosts > 0
                || !isUnwanted(_flights[flight].Tag))
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
            _flights[flight].Owed++;
            edge.Owed.AddLast(flight);
            return;
        }
        foreach (var seat in edge.Seats)
            if (!seat.IsCompleted)
                Owe(flight, seat);
    }

    private void Owe(int flight, Subscriber seat)
    {
        _flights[flight].Owed++;
        seat.Owed.AddLast(flight);
    }

    private bool OwesEnd(Subscriber seat)
    {
        for (var i = 0; i < seat.Owed.Count; i++)
        {
            var flight = seat.Owed.TakeFirst();
            seat.Owed.AddLast(flight);
            if (_flights[flight].Descriptor.Kind == FrameKind.EndOfStream)
                return Rotate(seat.Owed, seat.Owed.Count - 1 - i);
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
            if (!IsPrepared(number) || edge.Next(_flights, number, WindowOf(edge)) is not { } seat || !TryPush(number, seat, NoBucket))
                return;
            edge.Owed.TakeFirst();
            edge.Served(seat);
        }
    }

    private void PumpSeat(Subscriber seat)
    {
        while (seat.Owed.Count > 0 && seat.Room > 0)
        {
            var number = seat.Owed.First;
            // The end goes last: what others gave back may still have to go this way.
            var held = _flights[number].Descriptor.Kind == FrameKind.EndOfStream && seat.Edge.Owed.Count > 0;
            if (held || (IsFrame(number) && !seat.MayHave(_flights)) || !IsPrepared(number)
                || !seat.Knows(ref _flights[number].Descriptor) || !TryPush(number, seat, NoBucket))
                return;
            seat.Owed.TakeFirst();
        }
    }

    private bool IsPrepared(int number)
    {
        ref var flight = ref _flights[number];
        return flight.Tag == InFlightTable.NoTag || _owner.Prepare(flight.Tag, ref flight.Descriptor);
    }

    private bool IsFrame(int flight) => _flights[flight].Descriptor.Kind == FrameKind.Frame;

    private bool TryPush(int number, Subscriber seat, int bucket)
    {
        if (!seat.TryPush(in _flights[number].Descriptor, number, bucket))
            return false;
        _flights.Sent(number);
        return true;
    }

    private int Drain(Subscriber seat)
    {
        var count = 0;
        while (seat.Channel is { } channel && channel.TryPopReturn(out var entry))
        {
            count++;
            var flight = seat.Tickets.Find(entry.Ticket).InFlight;
            seat.GaveBack(in entry, IsFrame(flight));
            _flights.Settle(flight, entry.Kind);
        }
        if (seat.Channel is { IsBroken: true } && !seat.IsClosing)
        {
            (seat.IsClosing, HasBroken) = (true, true);
            SeatsChanged();
        }
        return count;
    }

    private void Complete(Subscriber completed)
    {
        (completed.IsCompleted, completed.IsClosing) = (true, true);
        while (completed.Owed.Count > 0)
            _flights.Excuse(completed.Owed.TakeFirst());
        while (completed.Edge.AllCompleted && completed.Edge.Owed.Count > 0)
            _flights.Excuse(completed.Edge.Owed.TakeFirst());
    }

    private void Part(Subscriber lost)
    {
        Drain(lost);
        TakeBackUnread(lost);
        _parted.Clear();
        var channel = lost.Vacate(_parted);
        SortLatestFirst();
        _ghosts.Add(new OrphanedDelivery(channel, [.. _parted.Select(static holding => holding.InFlight)]));
        foreach (var holding in _parted)
            Depart(in holding, lost);
    }

    // Each then goes to the front: they end up in the order in which they were given.
    private void SortLatestFirst() =>
        _parted.Sort((left, right) => _flights[right.InFlight].Order.CompareTo(_flights[left.InFlight].Order));

    private void Lay(int ghost)
    {
        var flights = _ghosts[ghost].Flights;
        _ghosts.RemoveAt(ghost);
        foreach (var flight in flights)
            _flights.GhostGone(flight);
    }

    private void Depart(in Holding holding, Subscriber seat)
    {
        var number = holding.InFlight;
        var toEdge = IsDealt(seat.Edge, _flights[number].Descriptor.Kind);
        var isExcused = holding.IsDealtAgain || (seat.IsCompleted && (!toEdge || seat.Edge.AllCompleted));
        _flights.Depart(in holding);
        var queue = toEdge ? seat.Edge.Owed : seat.Owed;
        if (seat.Edge.Policy is not null && IsFrame(number))
        {
            if (!isExcused)
                ExplainLost(number, seat.Edge, queue);
            return;
        }
        if (!isExcused && !(_retention == FanOutRetention.UntilReturned && holding.IsReturned))
            OweAgain(number, queue);
    }

    private void OweAgain(int number, IntDeque owed)
    {
        Resent += IsFrame(number) ? 1 : 0;
        owed.AddFirst(number);
        _flights.OweAgain(number);
    }
}
