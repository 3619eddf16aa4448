using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Ports;

/// <summary>One thing that was given to a fan and is not done.</summary>
internal struct Flight
{
    public FrameDescriptor Descriptor;

    /// <summary>Order in which it was given: what is sent again goes before what came later.</summary>
    public long Order;
    public int Tag;

    /// <summary>Bit per seat that has it and has not returned it.</summary>
    public ulong Unreturned;

    /// <summary>Bit per seat that has it and is not done with it.</summary>
    public ulong Undone;

    /// <summary>Bit per seat that it waits to be sent to.</summary>
    public ulong OwedSeats;

    /// <summary>Bit per edge that it waits to be sent to any seat of.</summary>
    public ulong OwedEdges;

    /// <summary>Dead consumers that had it, and whose own readers have not let go of it yet: nobody may write its bytes.</summary>
    public int Ghosts;
    public bool ToldReturned;

    public readonly bool IsReturned => (Unreturned | OwedSeats | OwedEdges) == 0 && Ghosts == 0;

    public readonly bool IsDone => (Undone | OwedSeats | OwedEdges) == 0 && Ghosts == 0;
}

/// <summary>The flights of one fan, by number. Grows to its largest use and allocates no more.</summary>
internal sealed class FlightTable(int capacity, IFrameOwner owner)
{
    /// <summary>The tag of what has no owner: notices of the fan itself.</summary>
    public const int NoTag = -1;

    private Pool<Flight> _flights = new(Math.Max(capacity, 1));
    private long _order;

    public int Count => _flights.Count;

    public ref Flight this[int flight] => ref _flights[flight];

    public int Add(in FrameDescriptor descriptor, int tag)
    {
        var number = _flights.Take();
        _flights[number] = new Flight { Descriptor = descriptor, Tag = tag, Order = ++_order };
        return number;
    }

    /// <summary>A seat has got it.</summary>
    public void Sent(int number, ulong seat)
    {
        ref var flight = ref _flights[number];
        flight.Unreturned |= seat;
        flight.Undone |= seat;
    }

    /// <summary>A seat gave it back. Unknown or repeated returns were refused by the channel already.</summary>
    public void Settle(int number, ulong seat, bool done)
    {
        ref var flight = ref _flights[number];
        Invariant.That((flight.Undone & seat) != 0);
        flight.Unreturned &= ~seat;
        if (done)
            flight.Undone &= ~seat;
        Tell(number);
    }

    /// <summary>A seat's consumer died with it; it is owed again, as the caller says, and stays where it is until <see cref="GhostGone"/>.</summary>
    public void Depart(int number, ulong seat, ulong owedSeats, ulong owedEdges)
    {
        ref var flight = ref _flights[number];
        flight.Unreturned &= ~seat;
        flight.Undone &= ~seat;
        flight.Ghosts++;
        flight.OwedSeats |= owedSeats;
        flight.OwedEdges |= owedEdges;
        if ((owedSeats | owedEdges) != 0)
            flight.Descriptor.Flags |= DescriptorFlags.MayBeReplay;
    }

    /// <summary>Nobody reads any more what a dead consumer had of it.</summary>
    public void GhostGone(int number)
    {
        Invariant.That(_flights[number].Ghosts > 0);
        _flights[number].Ghosts--;
        Tell(number);
    }

    /// <summary>Forgets it without a word.</summary>
    public void Remove(int number) => _flights.Give(number);

    /// <summary>Tells the owner what has come true, and forgets what is done.</summary>
    public void Tell(int number)
    {
        ref var flight = ref _flights[number];
        var (tag, done) = (flight.Tag, flight.IsDone);
        var returned = !flight.ToldReturned && (flight.IsReturned || done);
        flight.ToldReturned |= returned;
        if (done)
            _flights.Give(number);
        if (returned && tag != NoTag)
            owner.Returned(tag);
        if (done && tag != NoTag)
            owner.Done(tag);
    }
}
