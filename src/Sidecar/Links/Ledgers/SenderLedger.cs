using System.Numerics;
using K8sMediaFlow.Native;
using K8sMediaFlow.Sidecar.Links.Wire;

namespace K8sMediaFlow.Sidecar.Links.Ledgers;

/// <summary>
/// The sender's book of a link, without I/O, time or threads (the caller serialises).
/// <list type="number">
/// <item>Offer: a frame gets the next link sequence and is retained. Window and retention are bounded; full is an answer.</item>
/// <item>Open: the receiver's landed and done state decides what waits again. A receiver of the same incarnation lacks what never landed; one that
/// has forgotten all is sent all that is not done, in order. No rule apart for either.</item>
/// <item>TryWrite: the lowest waiting sequence and the smallest grant that holds it. Strictly in order, or later frames could take the blocks that an
/// earlier one needs and nothing could ever be delivered.</item>
/// <item>Acknowledge: sets only grow; what was not written in this epoch cannot land.</item>
/// <item>Done is told to the source when the receiver said so <em>and</em> the fabric reads the memory no more.</item>
/// </list>
/// </summary>
internal sealed class SenderLedger
{
    private readonly SenderEntry[] _entries = new SenderEntry[SequenceSet.Window];
    private readonly SequenceSet _landed = new();
    private readonly SequenceSet _done = new();
    private readonly GrantPool _grants = new();
    private readonly Queue<SenderEvent> _events = new(64);
    private ulong _nextToWrite = 1;
    private int _largestBlockBytes;
    private bool _open;

    /// <summary>The epoch that is open, or the last one.</summary>
    public uint Epoch { get; private set; }

    /// <summary>The last link sequence given.</summary>
    public ulong LastOffered { get; private set; }

    /// <summary>Frames whose handle the source has not got back.</summary>
    public int Retained { get; private set; }

    /// <summary>Frames that the fabric may still read.</summary>
    public int InFabric { get; private set; }

    public int GrantsHeld => _grants.Count;
    public ulong TooLarge { get; private set; }
    public ulong Repeated { get; private set; }

    /// <summary>Blocks that the receiver's consumers have given back in this epoch, as it says.</summary>
    public ulong PeerReturned { get; private set; }

    /// <summary>Done sequences: what a new receiver must not wait for.</summary>
    public SequenceSet Done => _done;

    /// <summary>Room for one more frame: within the window, and its place not kept by a frame that is done but still being read here.</summary>
    public bool HasRoom => LastOffered < _done.Limit && EntryOf(LastOffered + 1).State == SenderState.None;

    /// <summary>Something waits to be written, for want of a grant or of a turn.</summary>
    public bool HasWaiting => _open && _nextToWrite <= LastOffered;

    public SenderState StateOf(ulong sequence) =>
        sequence > LastOffered ? SenderState.None : _done.Contains(sequence) ? SenderState.Done : EntryOf(sequence).State;

    /// <summary>Retains a frame under the next link sequence.</summary>
    public ulong Offer(in LinkFrame frame)
    {
        Invariant.That(HasRoom);
        var sequence = ++LastOffered;
        ref var entry = ref EntryOf(sequence);
        Invariant.That(entry.State == SenderState.None);
        entry = new SenderEntry { Frame = frame, State = SenderState.Waiting };
        Retained++;
        return sequence;
    }

    /// <summary>A new epoch, with what the receiver holds of this sender's life. The old epoch must be fenced.</summary>
    public LedgerVerdict Open(uint epoch, int largestBlockBytes, SequenceSet landed, SequenceSet done)
    {
        Invariant.That(!_open);
        Invariant.That(InFabric == 0);
        if (landed.Highest > LastOffered || done.Highest > LastOffered)
            return LedgerVerdict.AcknowledgesUnsent;
        (Epoch, _largestBlockBytes, _open, PeerReturned) = (epoch, largestBlockBytes, true, 0);
        _grants.Reset();
        _landed.CopyFrom(_done);
        var first = _done.Cumulative + 1;
        _nextToWrite = first;
        for (var sequence = first; sequence <= LastOffered; sequence++)
            Resume(sequence, landed.Contains(sequence), done.Contains(sequence));
        return LedgerVerdict.Accepted;
    }

    /// <summary>The epoch is over and the fabric reads nothing more: what was in it is known to be free, whether it landed is not.</summary>
    public void Fence()
    {
        _open = false;
        _grants.Reset();
        // All places, not only those above the cumulative mark: a frame that is done stays until its write completes.
        for (var index = 0; index < _entries.Length && InFabric > 0; index++)
            CompleteEntry(ref _entries[index]);
        Invariant.That(InFabric == 0);
    }

    /// <summary>Takes a grant message.</summary>
    public LedgerVerdict Grant(uint epoch, ulong message, ReadOnlySpan<Grant> grants, ulong total) =>
        !_open || epoch != Epoch ? LedgerVerdict.Stale : _grants.Add(message, grants, total);

    /// <summary>The next frame to write, with its grant taken; false while there is none of either. The caller writes it and reports <see cref="Completed"/>.</summary>
    /// <param name="write">What to write.</param>
    /// <param name="atNanoseconds">The time, for the figures; decides nothing.</param>
    public bool TryWrite(out PendingWrite write, long atNanoseconds = 0)
    {
        write = default;
        while (_open && _nextToWrite <= LastOffered)
        {
            if (StateOf(_nextToWrite) != SenderState.Waiting)
            {
                _nextToWrite++;
                continue;
            }
            if (!TryWrite(_nextToWrite, ref EntryOf(_nextToWrite), ref write))
                return false;
            EntryOf(write.LinkSequence).WrittenAtNanoseconds = atNanoseconds;
            return true;
        }
        return false;
    }

    /// <summary>The fabric reads the frame's memory no more.</summary>
    public void Completed(ulong sequence) => CompleteEntry(ref EntryOf(sequence));

    /// <summary>Takes an acknowledgement: sets as cumulative number and bitmap. Old ones change nothing.</summary>
    public LedgerVerdict Acknowledge(
        uint epoch, ulong landed, ReadOnlySpan<ulong> landedBitmap, ulong returned, ulong done, ReadOnlySpan<ulong> doneBitmap)
    {
        if (!_open || epoch != Epoch)
            return LedgerVerdict.Stale;
        if (!TryMerge(_landed, landed, landedBitmap, done: false) || !TryMerge(_done, done, doneBitmap, done: true))
            return LedgerVerdict.AcknowledgesUnsent;
        PeerReturned = Math.Max(PeerReturned, returned);
        return LedgerVerdict.Accepted;
    }

    /// <summary>The next thing to tell the source.</summary>
    public bool TryTakeEvent(out SenderEvent next) => _events.TryDequeue(out next);

    private bool TryWrite(ulong sequence, ref SenderEntry entry, ref PendingWrite write)
    {
        var length = FrameHeaderCodec.TotalLength(entry.Frame);
        if (length > _largestBlockBytes && entry.Frame.Kind == LinkFrameKind.Frame)
        {
            Refuse(ref entry);
            length = FrameHeaderCodec.TotalLength(entry.Frame);
        }
        if (!_grants.TryTake(length, out var grant))
            return false;
        MarkWritten(ref entry);
        write = new PendingWrite { LinkSequence = sequence, Grant = grant, Frame = entry.Frame, TotalLengthBytes = length };
        _nextToWrite = sequence + 1;
        return true;
    }

    private void MarkWritten(ref SenderEntry entry)
    {
        if (entry.WasWritten)
        {
            entry.Frame.Flags |= LinkFrameFlags.Replay;
            Repeated++;
        }
        (entry.State, entry.InFabric, entry.WasWritten) = (SenderState.Written, true, true);
        InFabric++;
    }

    /// <summary>Every sequence is delivered or explained, so a gap notice takes the place of what can never cross.</summary>
    private void Refuse(ref SenderEntry entry)
    {
        TooLarge++;
        _events.Enqueue(new SenderEvent(SenderEventKind.Refused, entry.Frame.Handle));
        entry.Frame.Kind = LinkFrameKind.Gap;
        entry.Frame.SegmentCount = 0;
        entry.Frame.GapCount = 1;
        entry.Frame.GapCause = FrameHeaderCodec.GapDropped;
    }

    private void Resume(ulong sequence, bool landed, bool done)
    {
        ref var entry = ref EntryOf(sequence);
        if (_done.Contains(sequence))
            return;
        entry.State = SenderState.Waiting;
        if (landed || done)
            MarkLanded(sequence, ref entry);
        if (done)
            MarkDone(sequence, ref entry);
    }

    private bool TryMerge(SequenceSet known, ulong cumulative, ReadOnlySpan<ulong> bitmap, bool done)
    {
        if (cumulative > LastOffered || bitmap.Length > SequenceSet.WordsMax)
            return false;
        for (var sequence = known.Cumulative + 1; sequence <= cumulative; sequence++)
        {
            if (!TryMark(known, sequence, done))
                return false;
        }
        for (var word = 0; word < bitmap.Length; word++)
        {
            for (var rest = bitmap[word]; rest != 0; rest &= rest - 1)
            {
                if (!TryMark(known, cumulative + 1 + ((ulong)word * 64) + (ulong)BitOperations.TrailingZeroCount(rest), done))
                    return false;
            }
        }
        return true;
    }

    /// <summary>Landed holds all that is done, so a sequence that neither knows lies inside the window of both.</summary>
    private bool TryMark(SequenceSet known, ulong sequence, bool done)
    {
        if (known.Contains(sequence))
            return true;
        if (sequence > LastOffered || EntryOf(sequence).State == SenderState.Waiting)
            return false;
        ref var entry = ref EntryOf(sequence);
        MarkLanded(sequence, ref entry);
        if (done)
            MarkDone(sequence, ref entry);
        return true;
    }

    private void MarkLanded(ulong sequence, ref SenderEntry entry)
    {
        _landed.Add(sequence);
        entry.State = SenderState.Landed;
        if (entry.LandedTold)
            return;
        entry.LandedTold = true;
        _events.Enqueue(new SenderEvent(SenderEventKind.Landed, entry.Frame.Handle, entry.Frame.Kind == LinkFrameKind.Frame ? entry.WrittenAtNanoseconds : 0));
    }

    private void MarkDone(ulong sequence, ref SenderEntry entry)
    {
        _done.Add(sequence);
        entry.State = SenderState.Done;
        ReleaseIfFree(ref entry);
    }

    private void CompleteEntry(ref SenderEntry entry)
    {
        if (!entry.InFabric)
            return;
        entry.InFabric = false;
        InFabric--;
        ReleaseIfFree(ref entry);
    }

    private void ReleaseIfFree(ref SenderEntry entry)
    {
        if (entry.State != SenderState.Done || entry.InFabric)
            return;
        _events.Enqueue(new SenderEvent(SenderEventKind.Done, entry.Frame.Handle));
        entry = default;
        Retained--;
    }

    private ref SenderEntry EntryOf(ulong sequence) => ref _entries[sequence % SequenceSet.Window];
}
