using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Ledgers;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Connection;

/// <summary>
/// Brings landed frames to the sink, in order, one call at a time, from whichever thread finds one. Outlives epochs: what has landed is
/// delivered while the link is down too. Lock order: this, then the ledger; the sink is called with this held and the ledger free, so that
/// its consumers' threads may report returns meanwhile.
/// </summary>
internal sealed class InboundDelivery(ReceiverLedger ledger, ILinkSink sink)
{
    private readonly object _turn = new();
    private readonly List<uint> _freed = [];
    private bool _isBlocked;

    /// <summary>Half the round trip is added to the edge age of what is delivered.</summary>
    public long RoundTripNanoseconds { get; set; }

    /// <summary>The sink had no room when it was asked last.</summary>
    public bool IsBlocked => Volatile.Read(ref _isBlocked);

    public ulong Frames { get; private set; }

    public ulong Bytes { get; private set; }

    /// <summary>Delivers all that can be.</summary>
    public void Deliver()
    {
        Invariant.That(!Monitor.IsEntered(ledger));
        lock (_turn)
        {
            Volatile.Write(ref _isBlocked, false);
            while (!_isBlocked && TryTake(out var delivery))
                Deliver(delivery);
        }
    }

    /// <summary>Opens an epoch for a sender. Under the turn, because a new life of the sender lets go of what waits here.</summary>
    public uint Open(Incarnation sender)
    {
        lock (_turn)
        {
            uint epoch;
            lock (ledger)
                epoch = ledger.Open(sender, _freed);
            GiveBack();
            return epoch;
        }
    }

    /// <summary>After the fabric was fenced: blocks granted in the epoch are the sink's again.</summary>
    public void Fence()
    {
        lock (_turn)
        {
            lock (ledger)
                ledger.Fence(_freed);
            GiveBack();
        }
    }

    /// <summary>The end of the link: nothing more is delivered.</summary>
    public void Abandon()
    {
        lock (_turn)
        {
            lock (ledger)
                ledger.Abandon(_freed);
            GiveBack();
        }
    }

    private bool TryTake(out Delivery delivery)
    {
        lock (ledger)
            return ledger.TryTakeDelivery(out delivery);
    }

    private void Deliver(in Delivery delivery)
    {
        var header = delivery.Header;
        header.EdgeAgeNanoseconds += (ulong)(RoundTripNanoseconds / 2);
        if (sink.TryDeliver(header, delivery.Slot, delivery.Ticket))
        {
            Frames++;
            Bytes += header.TotalLengthBytes;
            return;
        }
        lock (ledger)
            ledger.PutBack(delivery);
        // A return that came since the answer finds this mark or rings the pump anyway; at worst the next nap's end asks again.
        Volatile.Write(ref _isBlocked, true);
    }

    private void GiveBack()
    {
        Invariant.That(Monitor.IsEntered(_turn) && !Monitor.IsEntered(ledger));
        foreach (var slot in _freed)
            sink.GiveBack(slot);
        _freed.Clear();
    }
}
