using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Ledgers;

/// <summary>A frame that waits for its turn to be delivered.</summary>
internal struct Delivery
{
    public FrameHeader Header;
    public uint Slot;

    /// <summary>Names the delivery to the sink: the sender's life above, the link sequence below.</summary>
    public ulong Ticket;
}

/// <summary>
/// The receiver's book of a link, without I/O, time or threads (the caller serialises).
/// <list type="number">
/// <item>Open: each connection gets an epoch. A sender of the same incarnation goes on; a new one starts from nothing, and what its
/// predecessor landed undelivered is let go of: it was not done, so its producer sends it again.</item>
/// <item>Adopt: what a sender knows to be done counts as landed, delivered and done: a receiver that has forgotten all must not wait for
/// it.</item>
/// <item>Grant: a block belongs to the peer from the grant until it lands or until the epoch is fenced; never to two at once.</item>
/// <item>Land: only in a block granted in this epoch, each sequence once. How many are not done and how many are jumped over is
/// bounded.</item>
/// <item>Deliver: in link order, each sequence once per life of the sender.</item>
/// </list>
/// </summary>
internal sealed class ReceiverLedger
{
    private const int LifeShift = 48;

    private readonly SlotState[] _slots;
    private readonly int[] _grantedBytes;
    private readonly FrameHeader[] _headers;
    private readonly Dictionary<ulong, uint> _held = [];
    private readonly SequenceSet _landed = new();
    private readonly SequenceSet _done = new();
    private readonly Queue<Grant> _unsentGrants = new();
    private readonly List<(int SizeBytes, int Granted, int Seen)> _classes = [];
    private ulong _grantMessages;
    private ulong _grantTotal;
    private ulong _nextDelivery = 1;
    private ushort _life;
    private bool _adopted;

    public ReceiverLedger(int slotCount)
    {
        _slots = new SlotState[slotCount];
        _grantedBytes = new int[slotCount];
        _headers = new FrameHeader[slotCount];
    }

    private enum SlotState : byte
    {
        Elsewhere,
        Granted,
        Held,
    }

    public uint Epoch { get; private set; }

    /// <summary>An epoch is open: landings are taken.</summary>
    public bool IsOpen { get; private set; }

    public Incarnation Sender { get; private set; }

    /// <summary>Landed sequences of the sender's life.</summary>
    public SequenceSet Landed => _landed;

    /// <summary>Done sequences of the sender's life.</summary>
    public SequenceSet Done => _done;

    /// <summary>Blocks given back by consumers in the sender's life.</summary>
    public ulong ReturnedTotal { get; private set; }

    public int GrantsOutstanding { get; private set; }

    /// <summary>Landed and not delivered.</summary>
    public int HeldCount => _held.Count;

    public ulong Duplicates { get; private set; }

    /// <summary>
    /// The sender may soon wait for a block of this one's size: half or more of those seen are not granted, and few are. Such a return is
    /// not left to wait for company.
    /// </summary>
    public bool IsShortOf(uint slot)
    {
        var sizeBytes = _grantedBytes[slot];
        for (var index = 0; index < _classes.Count; index++)
        {
            if (_classes[index].SizeBytes == sizeBytes)
                return _classes[index].Granted * 2 <= _classes[index].Seen;
        }
        return true;
    }

    /// <summary>Grows with everything that an acknowledgement would tell.</summary>
    public ulong Changes { get; private set; }

    /// <summary>Grants that no message has carried yet.</summary>
    public int UnsentGrants => _unsentGrants.Count;

    /// <summary>
    /// Opens the next epoch for a sender. The last one must be fenced. Slots that are free by this go to <paramref name="freed"/>.
    /// </summary>
    public uint Open(Incarnation sender, List<uint> freed)
    {
        Invariant.That(!IsOpen);
        Invariant.That(!sender.IsNone);
        Invariant.That(GrantsOutstanding == 0 && _unsentGrants.Count == 0);
        if (sender != Sender)
            BeginLife(sender, freed);
        (_grantMessages, _grantTotal) = (0, 0);
        Changes++;
        IsOpen = true;
        return ++Epoch;
    }

    /// <summary>Takes over what the sender of a life new to this receiver knows to be done.</summary>
    public void Adopt(SequenceSet done)
    {
        if (_adopted)
            return;
        // The peer says ready before it has a data connection, so nothing of this life can have landed.
        Invariant.That(_landed.Count == 0 && _held.Count == 0);
        _done.CopyFrom(done);
        _landed.CopyFrom(done);
        _nextDelivery = 1;
        _adopted = true;
    }

    /// <summary>Notes a block of the sink as granted in this epoch; the fabric must have it before.</summary>
    public void Grant(Grant grant)
    {
        Invariant.That(IsOpen);
        Invariant.That(_slots[grant.Slot] == SlotState.Elsewhere);
        Count(grant.SizeBytes, 1, _grantedBytes[grant.Slot] == 0 ? 1 : 0);
        _slots[grant.Slot] = SlotState.Granted;
        _grantedBytes[grant.Slot] = grant.SizeBytes;
        GrantsOutstanding++;
        _unsentGrants.Enqueue(grant);
    }

    /// <summary>Fills the next grant message; returns the number of grants in it, 0 when there is nothing to say.</summary>
    public int TakeGrants(Span<Grant> grants, out ulong message, out ulong total)
    {
        var count = 0;
        while (count < grants.Length && _unsentGrants.TryDequeue(out var grant))
            grants[count++] = grant;
        if (count > 0)
            _grantMessages++;
        _grantTotal += (ulong)count;
        Invariant.That(_grantTotal >= _grantMessages);
        (message, total) = (_grantMessages, _grantTotal);
        return count;
    }

    /// <summary>
    /// Takes a landing. Stale: a duplicate, whose slot is free again. Anything but Accepted and Stale ends the epoch, and the slot stays
    /// granted.
    /// </summary>
    public LedgerVerdict Land(in FrameHeader header, uint slot, int lengthBytes)
    {
        if (!IsOpen || slot >= _slots.Length || _slots[slot] != SlotState.Granted)
            return LedgerVerdict.NotGranted;
        if (header.Epoch != Epoch || header.Slot != slot)
            return LedgerVerdict.HeaderWrong;
        if (header.TotalLengthBytes != (ulong)lengthBytes || lengthBytes > _grantedBytes[slot])
            return LedgerVerdict.HeaderWrong;
        if (!_landed.CanAdd(header.LinkSequence, SequenceSet.Window) || _landed.Count - _done.Count >= SequenceSet.KeptMax)
            return LedgerVerdict.OutsideWindow;
        Invariant.That(GrantsOutstanding > 0);
        GrantsOutstanding--;
        Changes++;
        Count(_grantedBytes[slot], -1, 0);
        if (!_landed.Add(header.LinkSequence))
        {
            _slots[slot] = SlotState.Elsewhere;
            Duplicates++;
            return LedgerVerdict.Stale;
        }
        Hold(header, slot);
        return LedgerVerdict.Accepted;
    }

    /// <summary>Takes the frame whose turn it is, if it has landed: from now on it is the sink's, unless <see cref="PutBack"/> follows.
    /// Taken before the sink sees it, because the sink's consumers may have returned it, and its block be granted again, before the sink's
    /// call is back.</summary>
    public bool TryTakeDelivery(out Delivery delivery)
    {
        // What an earlier life of this receiver delivered is done, and was adopted as such.
        _nextDelivery = _done.NextMissing(_nextDelivery);
        if (!_held.Remove(_nextDelivery, out var slot))
        {
            delivery = default;
            return false;
        }
        Invariant.That(_slots[slot] == SlotState.Held);
        delivery = new Delivery { Header = _headers[slot], Slot = slot, Ticket = ((ulong)_life << LifeShift) | _nextDelivery };
        _slots[slot] = SlotState.Elsewhere;
        _nextDelivery++;
        return true;
    }

    /// <summary>The sink had no room: the delivery taken last waits again. No life may have begun in between.</summary>
    public void PutBack(in Delivery delivery)
    {
        Invariant.That(delivery.Header.LinkSequence == _nextDelivery - 1);
        Invariant.That(_slots[delivery.Slot] == SlotState.Elsewhere);
        _nextDelivery--;
        Hold(delivery.Header, delivery.Slot);
    }

    /// <summary>A consumer gave a block back.</summary>
    public void Returned()
    {
        ReturnedTotal++;
        Changes++;
    }

    /// <summary>A delivery is done. False: of an earlier life, or said before.</summary>
    public bool MarkDone(ulong ticket)
    {
        var sequence = ticket & ((1UL << LifeShift) - 1);
        if (ticket >> LifeShift != _life)
            return false;
        Invariant.That(sequence < _nextDelivery);
        Changes++;
        var isNew = _done.Add(sequence);
        // Land subtracts one count from the other.
        Invariant.That(_done.Count <= _landed.Count);
        return isNew;
    }

    /// <summary>The epoch is over and nothing lands any more: blocks granted and not landed are free.</summary>
    public void Fence(List<uint> freed)
    {
        IsOpen = false;
        _unsentGrants.Clear();
        for (var slot = 0u; slot < _slots.Length; slot++)
            FreeIf(SlotState.Granted, slot, freed);
        GrantsOutstanding = 0;
        for (var index = 0; index < _classes.Count; index++)
            _classes[index] = _classes[index] with { Granted = 0 };
    }

    /// <summary>Lets go of what is landed and not delivered, for the end of the link.</summary>
    public void Abandon(List<uint> freed)
    {
        for (var slot = 0u; slot < _slots.Length; slot++)
            FreeIf(SlotState.Held, slot, freed);
        _held.Clear();
    }

    private void BeginLife(Incarnation sender, List<uint> freed)
    {
        Abandon(freed);
        _landed.Clear();
        _done.Clear();
        (Sender, _nextDelivery, ReturnedTotal, _adopted) = (sender, 1, 0, false);
        _life++;
    }

    private void Hold(in FrameHeader header, uint slot)
    {
        Invariant.That(_held.TryAdd(header.LinkSequence, slot));
        _headers[slot] = header;
        _slots[slot] = SlotState.Held;
    }

    private void Count(int sizeBytes, int granted, int seen)
    {
        for (var index = 0; index < _classes.Count; index++)
        {
            if (_classes[index].SizeBytes != sizeBytes)
                continue;
            Invariant.That(_classes[index].Granted + granted >= 0);
            _classes[index] = (sizeBytes, _classes[index].Granted + granted, _classes[index].Seen + seen);
            return;
        }
        _classes.Add((sizeBytes, granted, seen));
    }

    private void FreeIf(SlotState state, uint slot, List<uint> freed)
    {
        if (_slots[slot] != state)
            return;
        _slots[slot] = SlotState.Elsewhere;
        freed.Add(slot);
    }
}
