using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Ledgers;
using K8sMediaFlow.Links.Wire;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Connection;

/// <summary>Figures of a dialling link, written by its data thread.</summary>
internal sealed class OutboundCounters
{
    private ulong _frames;
    private ulong _bytes;

    /// <summary>
    /// From the link's taking a frame until it had a grant and was written: with a receiver that keeps up nearly nothing.
    /// </summary>
    public LatencyCounts GrantWait { get; } = new();

    /// <summary>From the write until the other end's word that the frame lay there, less that word's way, half a round trip.</summary>
    public LatencyCounts Wire { get; } = new();

    public ulong Frames => Volatile.Read(ref _frames);
    public ulong Bytes => Volatile.Read(ref _bytes);

    public void Wrote(long bytes)
    {
        Volatile.Write(ref _frames, _frames + 1);
        Volatile.Write(ref _bytes, _bytes + (ulong)bytes);
    }
}

/// <summary>
/// The data thread's loop: source → ledger → fabric, and what became of it back to the source. Allocates nothing per frame.
/// </summary>
internal sealed class OutboundPump(
    SenderLedger ledger, ILinkSource source, IFabricSender sender, OutboundCounters counters, Func<long> roundTripNanoseconds,
        int writesInFlightMax, Action finished, LinkPlatform platform)
{
    /// <summary>The other end knows <see cref="GapCause.Deadline"/>: older protocols call it dropped.</summary>
    public bool KnowsDeadlines { private get; init; } = true;

    /// <summary>Bounds every sleep, so that a forgotten wake-up would cost this and not for ever. An idle link wakes no oftener.</summary>
    private static readonly TimeSpan NapMax = TimeSpan.FromSeconds(1);

    /// <summary>While the fabric still reads, its completions are what frees memory and makes room.</summary>
    private static readonly TimeSpan PollMax = TimeSpan.FromMilliseconds(1);

    private readonly WakeSignal _doorbell = new();
    private readonly long _beganNanoseconds = MonotonicClock.Nanoseconds;
    private readonly byte[] _header = new byte[FrameHeaderCodec.SizeBytes];
    private readonly MemoryPart[] _parts = new MemoryPart[LinkFrame.SegmentsMax];
    private readonly ulong[] _tags = new ulong[64];
    private volatile bool _stopping;
    private volatile bool _draining;
    private volatile bool _isFinished;

    /// <summary>Nothing more will come and all that came is done.</summary>
    public bool IsFinished => _isFinished;

    public void Drain()
    {
        _draining = true;
        Wake();
    }

    public void Stop()
    {
        _stopping = true;
        Wake();
    }

    /// <summary>The ledger has changed. Both doorbells: the thread may wait for a grant or for the source.</summary>
    public void Wake()
    {
        _doorbell.Ring();
        source.Wake();
    }

    public async ValueTask Run()
    {
        while (!_stopping)
        {
            var moved = Poll(TimeSpan.Zero);
            moved |= TellSource(ledger, source, this);
            moved |= Take();
            moved |= Write();
            if (!moved)
                await Rest().ConfigureAwait(false);
        }
        // What the last acknowledgement said, which may have ended the loop.
        TellSource(ledger, source, this);
    }

    /// <summary>Hands the ledger's news to the source. The caller is the only thread that touches the source.</summary>
    /// <param name="ledger">Whose news.</param>
    /// <param name="source">To be told.</param>
    /// <param name="pump">Counts what landed; null while the link is down, when it is the new epoch that says what had.</param>
    public static bool TellSource(SenderLedger ledger, ILinkSource source, OutboundPump? pump = null)
    {
        var moved = false;
        while (TryTakeEvent(ledger, out var next))
        {
            moved = true;
            switch (next.Kind)
            {
                case SenderEventKind.Landed:
                    pump?.CountWire(next.WrittenAtNanoseconds);
                    source.Landed(next.Handle);
                    break;
                case SenderEventKind.Dropped: source.Dropped(next.Handle, next.Cause); break;
                case SenderEventKind.Refused: source.Refused(next.Handle, LinkRefusal.FrameTooLarge); break;
                default: source.Done(next.Handle); break;
            }
        }
        return moved;
    }

    private static bool TryTakeEvent(SenderLedger ledger, out SenderEvent next)
    {
        lock (ledger)
            return ledger.TryTakeEvent(out next);
    }

    private bool Take()
    {
        var moved = false;
        while (!_draining && !_stopping && HasRoom() && source.TryTake(out var frame))
        {
            lock (ledger)
                ledger.Offer(frame);
            moved = true;
            // Writing what was taken comes before taking more, or a deep source would delay its first frame.
            Write();
        }
        return moved;
    }

    private bool HasRoom()
    {
        lock (ledger)
            return HasRoomNow();
    }

    // Under the ledger's lock.
    private bool HasRoomNow() => ledger.HasRoom
        && (!source.TakesWithGrant || (ledger.CanWriteNext && sender.WritesInFlight < writesInFlightMax));

    private bool Write()
    {
        var moved = false;
        while (!_stopping && TryPlan(out var write))
        {
            Write(write);
            Poll(TimeSpan.Zero);
            moved = true;
        }
        return moved;
    }

    private bool TryPlan(out PendingWrite write)
    {
        write = default;
        if (sender.WritesInFlight >= writesInFlightMax)
            return false;
        lock (ledger)
            return ledger.TryWrite(out write, MonotonicClock.Nanoseconds);
    }

    // A frame that was written before this epoch is known to have landed by the handshake, which says nothing of the wire.
    private void CountWire(long writtenAtNanoseconds)
    {
        if (writtenAtNanoseconds >= _beganNanoseconds)
            counters.Wire.Add(MonotonicClock.Nanoseconds - writtenAtNanoseconds - (roundTripNanoseconds() / 2));
    }

    private void Write(in PendingWrite write)
    {
        var nowNanoseconds = MonotonicClock.Nanoseconds;
        var edgeAge = write.Frame.EdgeAgeNanoseconds + (ulong)Math.Max(0, nowNanoseconds - write.Frame.SentAtNanoseconds);
        if (write.Frame is { Kind: FrameKind.Frame, TakenAtNanoseconds: > 0 })
            counters.GrantWait.Add(nowNanoseconds - write.Frame.TakenAtNanoseconds);
        var header = FrameHeaderCodec.Describe(write.Frame, ledger.Epoch, write.LinkSequence, write.Grant.Slot, edgeAge);
        if (header.GapCause == GapCause.Deadline && !KnowsDeadlines)
            header.GapCause = GapCause.Dropped;
        FrameHeaderCodec.Write(_header, header);
        for (var index = 0; index < write.Frame.SegmentCount; index++)
            _parts[index] = write.Frame.Segment(index);
        Failpoint.At("write");
        sender.Write(write.Grant.Slot, write.Grant.OffsetBytes, write.Grant.SizeBytes, _header,
            _parts.AsSpan(0, write.Frame.SegmentCount), write.LinkSequence);
        Failpoint.At("written");
        counters.Wrote(write.TotalLengthBytes);
    }

    private bool Poll(TimeSpan wait)
    {
        var count = sender.Poll(_tags, wait);
        if (count == 0)
            return false;
        lock (ledger)
        {
            for (var index = 0; index < count; index++)
                ledger.Completed(_tags[index]);
        }
        return true;
    }

    private ValueTask Rest()
    {
        bool isReading, isBlocked;
        var isEnding = _draining || source.Ended;
        lock (ledger)
        {
            isReading = ledger.InFabric > 0;
            isBlocked = ledger.HasWaiting || !HasRoomNow();
            _isFinished = isEnding && ledger.Retained == 0;
        }
        if (_isFinished)
            finished();
        if (isReading)
            return Poll(PollMax) ? default : platform.WaitedFor(sender, PollMax);
        return isBlocked || _isFinished ? platform.Wait(_doorbell, NapMax) : platform.Wait(source, NapMax);
    }
}
