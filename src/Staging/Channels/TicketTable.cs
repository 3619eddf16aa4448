using System.Numerics;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Channels;

/// <summary>The tickets that are out, and which of them are returned: what decides whether a return is to be believed.</summary>
/// <remarks>
/// Open addressing over 4 × capacity places, by the ticket's low bits. Consumers that finish in order never collide; others collide only
/// with a ticket that has stayed out for 4 × capacity pushes. Removal shifts back, so there are no tombstones to sweep.
/// </remarks>
internal sealed class TicketTable
{
    private const int PlacesPerTicket = 4;

    private readonly ulong[] _tickets;
    private readonly bool[] _returned;
    private readonly int _mask;

    internal TicketTable(int capacity)
    {
        var places = (int)BitOperations.RoundUpToPowerOf2((uint)capacity) * PlacesPerTicket;
        _tickets = new ulong[places];
        _returned = new bool[places];
        _mask = places - 1;
        Capacity = capacity;
    }

    internal int Capacity { get; }

    /// <summary>Tickets that are not done.</summary>
    internal int Count { get; private set; }

    /// <summary>Of these, the ones that are not returned either.</summary>
    internal int NotReturned { get; private set; }

    internal void Add(ulong ticket)
    {
        Invariant.That(ticket != 0);
        Invariant.That(Count < Capacity);
        var place = (int)ticket & _mask;
        while (_tickets[place] != 0)
            place = (place + 1) & _mask;
        _tickets[place] = ticket;
        _returned[place] = false;
        Count++;
        NotReturned++;
    }

    internal ChannelViolation Mark(ulong ticket, ReturnKind kind)
    {
        if (kind is ReturnKind.None or > ReturnKind.Both)
            return ChannelViolation.BadReturnKind;
        var place = Find(ticket);
        if (place < 0)
            return ChannelViolation.UnknownTicket;
        var returns = (kind & ReturnKind.Returned) != 0;
        if (returns == _returned[place])
            return returns ? ChannelViolation.ReturnedTwice : ChannelViolation.DoneBeforeReturned;
        if (returns)
        {
            _returned[place] = true;
            NotReturned--;
        }
        if ((kind & ReturnKind.Done) != 0)
            Remove(place);
        return ChannelViolation.None;
    }

    /// <summary>Takes a ticket out of which nothing was said. False: it is not out, or is returned.</summary>
    internal bool TryForget(ulong ticket)
    {
        var place = Find(ticket);
        if (place < 0 || _returned[place])
            return false;
        NotReturned--;
        Remove(place);
        return true;
    }

    /// <summary>Writes the tickets that are out, oldest first, and whether each is returned.</summary>
    internal int CopyTo(Span<(ulong Ticket, bool IsReturned)> into)
    {
        var count = 0;
        for (var place = 0; place < _tickets.Length; place++)
        {
            if (_tickets[place] != 0)
                into[count++] = (_tickets[place], _returned[place]);
        }
        into[..count].Sort(static (left, right) => left.Ticket.CompareTo(right.Ticket));
        return count;
    }

    private int Find(ulong ticket)
    {
        var place = (int)ticket & _mask;
        while (_tickets[place] != ticket)
        {
            // Places outnumber tickets, so the search meets an empty one. Ticket 0 is never stored and is found "empty" at once.
            if (_tickets[place] == 0)
                return -1;
            place = (place + 1) & _mask;
        }
        return ticket == 0 ? -1 : place;
    }

    private void Remove(int place)
    {
        Count--;
        var next = place;
        while (true)
        {
            next = (next + 1) & _mask;
            if (_tickets[next] == 0)
                break;
            var home = (int)_tickets[next] & _mask;
            // Moves back only what may be at or before the hole: its home is not cyclically in (hole, next].
            if (((next - home) & _mask) < ((next - place) & _mask))
                continue;
            _tickets[place] = _tickets[next];
            _returned[place] = _returned[next];
            place = next;
        }
        _tickets[place] = 0;
    }
}
