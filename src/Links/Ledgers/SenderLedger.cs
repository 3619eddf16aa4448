using System.Numerics;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Wire;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Ledgers;

/// <summary>
/// The sender's book of a link, without I/O, time or threads (the caller serialises).
/// <list type="number">
/// <item>Offer: a frame gets the next link sequence and is retained. How many are retained is bounded, not how old they are; full is an
/// answer.</item>
/// <item>Open: the receiver's landed and done state decides what waits again. A receiver of the same incarnation lacks what never landed;
/// one that has forgotten all is sent all that is not done, in order. No rule apart for either.</item>
/// <item>TryWrite: the lowest waiting sequence and the smallest grant that holds it. Strictly in order, or later frames could take the
/// blocks that an earlier one needs and nothing could ever be delivered.</item>
/// <item>Acknowledge: sets only grow; what was not written in this epoch cannot land.</item>
/// <item>Done is told to the source when the receiver said so <em>and</em> the fabric reads the memory no more.</item>
/// </list>
/// </summary>
internal sealed class SenderLedger
{
    private readonly SenderEntries _entries = new();
    private readonly SequenceSet _landed = new();
    private readonly SequenceSet _done = new();
    private readonly GrantPool _grants = new();
    private readonly Queue<SenderEvent> _events = new();
    private int _nextToWrite = SenderEntries.None;
    private int _largestBlockBytes;
    private ulong _spanMax = ulong.MaxValue;
    private bool _open;

    /// <summary>The epoch that is open, or the last one.</summary>
    public uint Epoch { get; private set; }

    /// <summary>The last link sequence given.</summary>
    public ulong LastOffered { get; private set; }

    /// <summary>Frames whose handle the source has not got back.</summary>
    public int Retained => _entries.Count;

    /// <summary>Frames that the fabric may still read.</summary>
    public int InFabric { get; private set; }

    public int GrantsHeld => _grants.Count;
    public ulong TooLarge { get; private set; }
    public ulong Repeated { get; private set; }

    /// <summary>Blocks that the receiver's consumers have given back in this epoch, as it says.</summary>
    public ulong PeerReturned { get; private set; }

    /// <summary>Done sequences: what a new receiver must not wait for.</summary>
    public SequenceSet Done => _done;

    /// <summary>
    /// Room for one more frame: how many are kept is bounded, and towards a peer of the older protocol how far they lie apart.
    /// </summary>
    public bool HasRoom => Retained < SequenceSet.KeptMax && LastOffered - _done.Cumulative < _spanMax;

    /// <summary>A frame that were offered now could be written now, as far as grants go.</summary>
    public bool CanWriteNext => _open && !HasWaiting && _grants.HasOneOf(_largestBlockBytes);

    /// <summary>Something waits to be written, for want of a grant or of a turn.</summary>
    public bool HasWaiting => _open && SkipToWaiting();

    public SenderState StateOf(ulong sequence) => sequence > LastOffered ? SenderState.None
        : _done.Contains(sequence) ? SenderState.Done
        : _entries.TryFind(sequence, out var place) ? _entries.At(place).State : SenderState.None;

    /// <summary>Retains a frame under the next link sequence.</summary>
    public ulong Offer(in LinkFrame frame)
    {
        Invariant.That(HasRoom);
        var place = _entries.Add(new SenderEntry { Frame = frame, Sequence = ++LastOffered, State = SenderState.Waiting });
        Invariant.That(_done.Highest < LastOffered);
        if (_nextToWrite == SenderEntries.None)
            _nextToWrite = place;
        return LastOffered;
    }

    /// <summary>A new epoch, with what the receiver holds of this sender's life. The old epoch must be fenced.</summary>
    /// <param name="epoch">As the receiver numbers it.</param>
    /// <param name="largestBlockBytes">Of the receiver's blocks.</param>
    /// <param name="landed">What the receiver holds as landed.</param>
    /// <param name="done">What it holds as done.</param>
    /// <param name="spanMax">How far the youngest frame may lie ahead of the oldest that is not done: peers of protocol 1 bound
    /// that.</param>
    /// <param name="isOtherReceiver">It is not the one that what was written before may have reached.</param>
    public LedgerVerdict Open(uint epoch, int largestBlockBytes, SequenceSet landed, SequenceSet done, ulong spanMax = ulong.MaxValue,
        bool isOtherReceiver = false)
    {
        Invariant.That(!_open);
        Invariant.That(InFabric == 0);
        if (landed.Highest > LastOffered || done.Highest > LastOffered)
            return LedgerVerdict.AcknowledgesUnsent;
        if (LastOffered - _done.Cumulative > spanMax)
            return LedgerVerdict.OutsideWindow;
        (Epoch, _largestBlockBytes, _open, PeerReturned, _spanMax) = (epoch, largestBlockBytes, true, 0, spanMax);
        _grants.Reset();
        _landed.CopyFrom(_done);
        for (var (place, after) = (_entries.First, 0); place != SenderEntries.None; place = after)
        {
            after = _entries.After(place);
            Resume(place, landed, done);
            if (isOtherReceiver)
                LoseIfSentOnce(place);
        }
        _nextToWrite = _entries.First;
        return LedgerVerdict.Accepted;
    }

    /// <summary>
    /// The epoch is over and the fabric reads nothing more: what was in it is known to be free, whether it landed is not.
    /// </summary>
    public void Fence()
    {
        _open = false;
        _grants.Reset();
        for (var (place, after) = (_entries.First, 0); place != SenderEntries.None && InFabric > 0; place = after)
        {
            after = _entries.After(place);
            Complete(place);
        }
        Invariant.That(InFabric == 0);
        // While the fabric reads nothing, every sequence ever offered is either kept or done.
        Invariant.That((ulong)Retained + _done.Count == LastOffered);
    }

    /// <summary>Takes a grant message.</summary>
    public LedgerVerdict Grant(uint epoch, ulong message, ReadOnlySpan<Grant> grants, ulong total) =>
        !_open || epoch != Epoch ? LedgerVerdict.Stale : _grants.Add(message, grants, total);

    /// <summary>
    /// The next frame to write, with its grant taken; false while there is none of either. The caller writes it and reports
    /// <see cref="Completed"/>.
    /// </summary>
    /// <param name="write">What to write.</param>
    /// <param name="atNanoseconds">The time, for the figures; decides nothing.</param>
    public bool TryWrite(out PendingWrite write, long atNanoseconds = 0)
    {
        write = default;
        if (!_open || !SkipToWaiting())
            return false;
        if (_entries.At(_nextToWrite).Frame.IsLate(atNanoseconds))
            Drop(ref _entries.At(_nextToWrite), GapCause.Deadline);
        if (!TryWrite(ref _entries.At(_nextToWrite), ref write))
            return false;
        _entries.At(_nextToWrite).WrittenAtNanoseconds = atNanoseconds;
        _nextToWrite = _entries.After(_nextToWrite);
        return true;
    }

    /// <summary>The fabric reads the frame's memory no more.</summary>
    public void Completed(ulong sequence)
    {
        if (_entries.TryFind(sequence, out var place))
            Complete(place);
    }

    /// <summary>Takes an acknowledgement. Old ones change nothing.</summary>
    public LedgerVerdict Acknowledge(uint epoch, in AcknowledgedSet landed, ulong returned, in AcknowledgedSet done)
    {
        if (!_open || epoch != Epoch)
            return LedgerVerdict.Stale;
        if (!TryMerge(_landed, landed, isDone: false) || !TryMerge(_done, done, isDone: true))
            return LedgerVerdict.AcknowledgesUnsent;
        PeerReturned = Math.Max(PeerReturned, returned);
        return LedgerVerdict.Accepted;
    }

    /// <summary>The next thing to tell the source.</summary>
    public bool TryTakeEvent(out SenderEvent next) => _events.TryDequeue(out next);

    private bool TryWrite(ref SenderEntry entry, ref PendingWrite write)
    {
        var length = FrameHeaderCodec.TotalLength(entry.Frame);
        if (length > _largestBlockBytes && entry.Frame.Kind == FrameKind.Frame)
        {
            Refuse(ref entry);
            length = FrameHeaderCodec.TotalLength(entry.Frame);
        }
        if (!_grants.TryTake(length, out var grant))
            return false;
        Invariant.That(length <= grant.SizeBytes);
        MarkWritten(ref entry);
        write = new PendingWrite { LinkSequence = entry.Sequence, Grant = grant, Frame = entry.Frame, TotalLengthBytes = length };
        return true;
    }

    /// <summary>False: nothing waits.</summary>
    private bool SkipToWaiting()
    {
        while (_nextToWrite != SenderEntries.None && _entries.At(_nextToWrite).State != SenderState.Waiting)
            _nextToWrite = _entries.After(_nextToWrite);
        return _nextToWrite != SenderEntries.None;
    }

    private void MarkWritten(ref SenderEntry entry)
    {
        Invariant.That(entry.State == SenderState.Waiting && !entry.InFabric);
        if (entry.WasWritten)
        {
            entry.Frame.Flags |= LinkFrameFlags.Replay;
            Repeated++;
        }
        (entry.State, entry.InFabric, entry.WasWritten) = (SenderState.Written, true, true);
        InFabric++;
        Invariant.That(InFabric <= Retained);
    }

    /// <summary>Every sequence is delivered or explained, so a gap notice takes the place of what can never cross.</summary>
    private void Refuse(ref SenderEntry entry)
    {
        TooLarge++;
        _events.Enqueue(new SenderEvent(SenderEventKind.Refused, entry.Frame.Handle));
        entry.Frame.BecomeGap(GapCause.Dropped);
    }

    private void Drop(ref SenderEntry entry, GapCause cause)
    {
        // The last sequence that there is cannot be named by a notice.
        if (entry.Frame.Sequence == ulong.MaxValue)
            return;
        _events.Enqueue(new SenderEvent(SenderEventKind.Dropped, entry.Frame.Handle, Cause: cause));
        entry.Frame.BecomeGap(cause);
    }

    /// <summary>A receiver that is no more may have had it and given it to somebody.</summary>
    private void LoseIfSentOnce(int place)
    {
        ref var entry = ref _entries.At(place);
        if (entry is { State: SenderState.Waiting, WasWritten: true, Frame: { IsSentOnce: true, Kind: FrameKind.Frame } })
            Drop(ref entry, GapCause.Lost);
    }

    private void Resume(int place, SequenceSet landed, SequenceSet done)
    {
        ref var entry = ref _entries.At(place);
        var isDone = done.Contains(entry.Sequence);
        entry.State = SenderState.Waiting;
        if (isDone || landed.Contains(entry.Sequence))
            MarkLanded(ref entry);
        if (isDone)
            MarkDone(place);
    }

    private bool TryMerge(SequenceSet known, in AcknowledgedSet told, bool isDone)
    {
        if (told.Base > LastOffered || told.Bitmap.Length > SequenceSet.WordsMax)
            return false;
        for (var sequence = known.NextMissing(1); sequence <= told.Base; sequence = known.NextMissing(sequence + 1))
        {
            if (told.Missing.BinarySearch(sequence) < 0 && !TryMark(known, sequence, isDone))
                return false;
        }
        for (var word = 0; word < told.Bitmap.Length; word++)
        {
            for (var rest = told.Bitmap[word]; rest != 0; rest &= rest - 1)
            {
                if (!TryMark(known, told.Base + 1 + ((ulong)word * 64) + (ulong)BitOperations.TrailingZeroCount(rest), isDone))
                    return false;
            }
        }
        return true;
    }

    private bool TryMark(SequenceSet known, ulong sequence, bool isDone)
    {
        if (known.Contains(sequence))
            return true;
        if (!_entries.TryFind(sequence, out var place) || _entries.At(place).State == SenderState.Waiting)
            return false;
        MarkLanded(ref _entries.At(place));
        if (isDone)
            MarkDone(place);
        return true;
    }

    private void MarkLanded(ref SenderEntry entry)
    {
        Invariant.That(entry.State is not (SenderState.None or SenderState.Done));
        _landed.Add(entry.Sequence);
        entry.State = SenderState.Landed;
        if (entry.LandedTold)
            return;
        entry.LandedTold = true;
        _events.Enqueue(new SenderEvent(SenderEventKind.Landed, entry.Frame.Handle,
            entry.Frame.Kind == FrameKind.Frame ? entry.WrittenAtNanoseconds : 0));
    }

    private void MarkDone(int place)
    {
        ref var entry = ref _entries.At(place);
        Invariant.That(entry.State == SenderState.Landed);
        Invariant.That(_done.Add(entry.Sequence));
        entry.State = SenderState.Done;
        ReleaseIfFree(place);
    }

    private void Complete(int place)
    {
        ref var entry = ref _entries.At(place);
        if (!entry.InFabric)
            return;
        Invariant.That(InFabric > 0);
        entry.InFabric = false;
        InFabric--;
        ReleaseIfFree(place);
    }

    private void ReleaseIfFree(int place)
    {
        ref var entry = ref _entries.At(place);
        if (entry.State != SenderState.Done || entry.InFabric)
            return;
        _events.Enqueue(new SenderEvent(SenderEventKind.Done, entry.Frame.Handle));
        if (_nextToWrite == place)
            _nextToWrite = _entries.After(place);
        _entries.Remove(place);
    }
}
