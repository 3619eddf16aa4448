using K8sMediaFlow.Native;

namespace K8sMediaFlow.Staging.Ports;

/// <summary>
/// Ticket → flight, for the tickets of one channel that are not done: open addressing with linear probing and backward-shift deletion.
/// Tickets are done out of order and one may stay for long, so a ring indexed by ticket would not do.
/// </summary>
internal sealed class TicketMap
{
    // 0 is no ticket: tickets start at 1.
    private readonly ulong[] _tickets;
    private readonly int[] _flights;
    private readonly int _mask;

    public TicketMap(int capacity)
    {
        var length = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 8) * 2);
        (_tickets, _flights, _mask) = (new ulong[length], new int[length], length - 1);
    }

    public int Count { get; private set; }

    public void Add(ulong ticket, int flight)
    {
        Invariant.That(ticket != 0);
        Invariant.That(Count < _mask);
        var at = Home(ticket);
        while (_tickets[at] != 0)
            at = (at + 1) & _mask;
        (_tickets[at], _flights[at]) = (ticket, flight);
        Count++;
    }

    public int Find(ulong ticket)
    {
        var at = Place(ticket);
        return at < 0 ? -1 : _flights[at];
    }

    public void Remove(ulong ticket)
    {
        var hole = Place(ticket);
        Invariant.That(hole >= 0);
        for (var at = (hole + 1) & _mask; _tickets[at] != 0; at = (at + 1) & _mask)
        {
            // Whatever could not stand nearer to its home because of what is removed moves up.
            if (((at - Home(_tickets[at])) & _mask) < ((at - hole) & _mask))
                continue;
            (_tickets[hole], _flights[hole]) = (_tickets[at], _flights[at]);
            hole = at;
        }
        _tickets[hole] = 0;
        Count--;
    }

    /// <summary>Empties the map into a list.</summary>
    public void Drain(List<int> flights)
    {
        for (var at = 0; at <= _mask; at++)
        {
            if (_tickets[at] != 0)
                flights.Add(_flights[at]);
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
