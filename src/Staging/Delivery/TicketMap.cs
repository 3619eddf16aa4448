using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>What a subscriber holds of one entry in flight.</summary>
/// <param name="InFlight">The entry's number.</param>
/// <param name="IsReturned">The consumer gave the bytes back, and is not done.</param>
/// <param name="IsDealtAgain">Another consumer got it too, since this one stands still.</param>
/// <param name="Bucket">Of its key, on an edge that deals frames out by key.</param>
internal readonly record struct Holding(int InFlight, bool IsReturned, bool IsDealtAgain, int Bucket);

/// <summary>
/// Ticket → what is held, for the tickets of one channel that are not done: open addressing with linear probing and backward-shift
/// deletion.
/// Tickets are done out of order and one may stay for long, so a ring indexed by ticket would not do.
/// </summary>
internal sealed class TicketMap
{
    // 0 is no ticket: tickets start at 1.
    private readonly ulong[] _tickets;
    private readonly Holding[] _holdings;
    private readonly int _mask;

    public TicketMap(int capacity)
    {
        var length = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 8) * 2);
        (_tickets, _holdings, _mask) = (new ulong[length], new Holding[length], length - 1);
    }

    public int Count { get; private set; }

    /// <summary>Places to look at with <see cref="At"/>.</summary>
    public int Places => _tickets.Length;

    public void Add(ulong ticket, int flight, int bucket)
    {
        Invariant.That(ticket != 0);
        Invariant.That(Count < _mask);
        var at = Home(ticket);
        while (_tickets[at] != 0)
            at = (at + 1) & _mask;
        (_tickets[at], _holdings[at]) = (ticket, new Holding(flight, false, false, bucket));
        Count++;
    }

    /// <summary>What is held by the ticket, to be changed in its place.</summary>
    public ref Holding Find(ulong ticket)
    {
        var at = Place(ticket);
        Invariant.That(at >= 0);
        return ref _holdings[at];
    }

    /// <summary>The entry in flight that is held by the ticket; -1: none is.</summary>
    public int FindOrNone(ulong ticket) => Place(ticket) is >= 0 and var at ? _holdings[at].InFlight : -1;

    /// <summary>What is at a place; false: nothing.</summary>
    public bool At(int place, out Holding holding)
    {
        holding = _holdings[place];
        return _tickets[place] != 0;
    }

    public void MarkDealtAgain(int place) => _holdings[place] = _holdings[place] with { IsDealtAgain = true };

    public void Remove(ulong ticket)
    {
        var hole = Place(ticket);
        Invariant.That(hole >= 0);
        for (var at = (hole + 1) & _mask; _tickets[at] != 0; at = (at + 1) & _mask)
        {
            // Whatever could not be nearer to its home because of what is removed moves up.
            if (((at - Home(_tickets[at])) & _mask) < ((at - hole) & _mask))
                continue;
            (_tickets[hole], _holdings[hole]) = (_tickets[at], _holdings[at]);
            hole = at;
        }
        _tickets[hole] = 0;
        Count--;
    }

    /// <summary>Empties the map into a list.</summary>
    public void Drain(List<Holding> holdings)
    {
        for (var at = 0; at <= _mask; at++)
        {
            if (_tickets[at] != 0)
                holdings.Add(_holdings[at]);
            _tickets[at] = 0;
        }
        Count = 0;
    }

    private int Place(ulong ticket)
    {
        if (ticket == 0)
            return -1;
        for (var at = Home(ticket); _tickets[at] != 0; at = (at + 1) & _mask)
            if (_tickets[at] == ticket)
                return at;
        return -1;
    }

    private int Home(ulong ticket) => (int)ticket & _mask;
}
