using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>
/// One thing that was given to a fan and is not done. Counted, not named: who has it is in the subscribers' tickets, and there may be any
/// number of subscribers.
/// </summary>
internal struct InFlightEntry
{
    public FrameDescriptor Descriptor;

    /// <summary>Order in which it was given: what is sent again goes before what came later.</summary>
    public long Order;
    public int Tag;

    /// <summary>Subscribers that have it and have not returned it.</summary>
    public int Unreturned;

    /// <summary>Subscribers that have it and are not done with it.</summary>
    public int Undone;

    /// <summary>Queues in which it waits to be sent, of subscribers and of edges.</summary>
    public int Owed;

    /// <summary>Dead consumers that had it, and whose own readers have not let go of it yet: its bytes must not be written.</summary>
    public int Orphans;
    public bool ToldReturned;

    public readonly bool IsReturned => Unreturned + Owed + Orphans == 0;

    public readonly bool IsDone => Undone + Owed + Orphans == 0;
}

/// <summary>What one fan has in flight, by number. Grows to its largest use and allocates no more.</summary>
internal sealed class InFlightTable(int capacity, IFrameOwner owner)
{
    /// <summary>The tag of what has no owner: notices of the fan itself.</summary>
    public const int NoTag = -1;

    private Pool<InFlightEntry> _entries = new(Math.Max(capacity, 1));
    private long _order;

    public int Count => _entries.Count;

    public ref InFlightEntry this[int flight] => ref _entries[flight];

    public int Add(in FrameDescriptor descriptor, int tag)
    {
        var number = _entries.Take();
        _entries[number] = new InFlightEntry { Descriptor = descriptor, Tag = tag, Order = ++_order };
        return number;
    }

    /// <summary>A notice of the fan itself, which waits in one queue.</summary>
    /// <param name="notice">What it says.</param>
    /// <param name="order">Of what it explains: it goes where that would have gone.</param>
    public int Owe(in FrameDescriptor notice, long order)
    {
        var number = _entries.Take();
        _entries[number] = new InFlightEntry { Descriptor = notice, Tag = NoTag, Order = order, Owed = 1 };
        return number;
    }

    /// <summary>A subscriber's consumer had not taken it: it waits again, as if it had never been sent there.</summary>
    public void TakenBack(int number)
    {
        ref var flight = ref _entries[number];
        flight.Owed++;
        flight.Unreturned--;
        flight.Undone--;
        Invariant.That(flight.Unreturned >= 0 && flight.Undone >= flight.Unreturned);
    }

    /// <summary>A subscriber has got what it was owed.</summary>
    public void Sent(int number)
    {
        ref var flight = ref _entries[number];
        flight.Owed--;
        flight.Unreturned++;
        flight.Undone++;
    }

    /// <summary>A subscriber gave it back. Unknown or repeated returns were refused by the channel already.</summary>
    public void Settle(int number, ReturnKind kind)
    {
        ref var flight = ref _entries[number];
        flight.Unreturned -= (kind & ReturnKind.Returned) != 0 ? 1 : 0;
        flight.Undone -= (kind & ReturnKind.Done) != 0 ? 1 : 0;
        Invariant.That(flight.Unreturned >= 0 && flight.Undone >= flight.Unreturned);
        Tell(number);
    }

    /// <summary>A subscriber's consumer died with it: it stays where it is until <see cref="ReleaseOrphan"/>.</summary>
    public void Depart(in Holding holding)
    {
        ref var flight = ref _entries[holding.InFlight];
        flight.Unreturned -= holding.IsReturned ? 0 : 1;
        flight.Undone--;
        flight.Orphans++;
    }

    /// <summary>It is to be sent to one more, after another consumer had it.</summary>
    public void OweAgain(int number)
    {
        ref var flight = ref _entries[number];
        flight.Owed++;
        flight.Descriptor.Flags |= DescriptorFlags.MayBeReplay;
    }

    /// <summary>No consumer is left that is owed it there.</summary>
    public void Excuse(int number)
    {
        _entries[number].Owed--;
        Tell(number);
    }

    /// <summary>What a dead consumer had of it is not read any more.</summary>
    public void ReleaseOrphan(int number)
    {
        Invariant.That(_entries[number].Orphans > 0);
        _entries[number].Orphans--;
        Tell(number);
    }

    /// <summary>Forgets it without a word.</summary>
    public void Remove(int number) => _entries.Give(number);

    /// <summary>Tells the owner what has come true, and forgets what is done.</summary>
    public void Tell(int number)
    {
        ref var flight = ref _entries[number];
        var (tag, done) = (flight.Tag, flight.IsDone);
        var returned = !flight.ToldReturned && (flight.IsReturned || done);
        flight.ToldReturned |= returned;
        if (done)
            _entries.Give(number);
        if (returned && tag != NoTag)
            owner.Returned(tag);
        if (done && tag != NoTag)
            owner.Done(tag);
    }
}
