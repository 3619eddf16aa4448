using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Ledgers;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Sidecar.Tests.Links;

/// <summary>What the ledgers answer to a peer that errs.</summary>
public sealed class LedgerTests
{
    private readonly SenderLedger _sender = new();
    private readonly ReceiverLedger _receiver = new(4);

    public LedgerTests()
    {
        _sender.Offer(Frame(1, 100));
        _sender.Offer(Frame(2, 100));
        _sender.Open(9, 4096, new SequenceSet(), new SequenceSet()).ShouldBe(LedgerVerdict.Accepted);
        _receiver.Open(new Incarnation(5), []);
        _receiver.Adopt(new SequenceSet());
    }

    [Fact]
    public void A_grant_of_another_epoch_is_dropped() => Grant(8, 1, 1, new Grant(0, 0, 4096)).ShouldBe(LedgerVerdict.Stale);

    [Fact]
    public void A_repeated_grant_message_is_dropped_and_a_missing_one_is_noticed()
    {
        Grant(9, 1, 1, new Grant(0, 0, 4096)).ShouldBe(LedgerVerdict.Accepted);
        Grant(9, 1, 1, new Grant(0, 0, 4096)).ShouldBe(LedgerVerdict.Stale);
        Grant(9, 3, 2, new Grant(1, 4096, 4096)).ShouldBe(LedgerVerdict.GrantGap);
        _sender.GrantsHeld.ShouldBe(1);
    }

    [Fact]
    public void A_total_that_does_not_add_up_is_refused() => Grant(9, 1, 2, new Grant(0, 0, 4096)).ShouldBe(LedgerVerdict.GrantCountWrong);

    [Theory]
    [InlineData(0, 255)]
    [InlineData(1, 4096)]
    [InlineData(-64, 4096)]
    [InlineData(0, -1)]
    public void An_impossible_grant_is_refused(long offset, int size) =>
        Grant(9, 1, 1, new Grant(0, offset, size)).ShouldBe(LedgerVerdict.GrantImpossible);

    [Fact]
    public void The_smallest_class_that_holds_a_frame_is_taken_first()
    {
        Grant(9, 1, 2, new Grant(0, 0, 65536), new Grant(1, 65536, 4096));
        _sender.TryWrite(out var first).ShouldBeTrue();
        _sender.TryWrite(out var second).ShouldBeTrue();
        (first.Grant.SizeBytes, second.Grant.SizeBytes).ShouldBe((4096, 65536));
    }

    [Fact]
    public void What_was_not_written_cannot_be_acknowledged()
    {
        Acknowledge(1, []).ShouldBe(LedgerVerdict.AcknowledgesUnsent);
        Acknowledge(3, []).ShouldBe(LedgerVerdict.AcknowledgesUnsent);
        Acknowledge(0, [1UL << 63]).ShouldBe(LedgerVerdict.AcknowledgesUnsent);
        Acknowledge(2, [], 2).ShouldBe(LedgerVerdict.AcknowledgesUnsent, "1 is said to have landed");
    }

    [Fact]
    public void Done_is_told_only_when_the_fabric_reads_no_more()
    {
        Grant(9, 1, 1, new Grant(0, 0, 4096));
        _sender.TryWrite(out var write).ShouldBeTrue();
        _sender.StateOf(1).ShouldBe(SenderState.Written);
        _sender.Acknowledge(9, new AcknowledgedSet(1, []), 1, new AcknowledgedSet(1, [])).ShouldBe(LedgerVerdict.Accepted);
        Events().ShouldBe([SenderEventKind.Landed]);
        _sender.Completed(write.LinkSequence);
        Events().ShouldBe([SenderEventKind.Done]);
        (_sender.StateOf(1), _sender.StateOf(2), _sender.Retained).ShouldBe((SenderState.Done, SenderState.Waiting, 1));
    }

    [Fact]
    public void A_landing_without_a_grant_is_refused() => Land(1, slot: 0).ShouldBe(LedgerVerdict.NotGranted);

    [Fact]
    public void A_landing_of_another_epoch_is_refused()
    {
        _receiver.Grant(new Grant(0, 0, 4096));
        Land(1, slot: 0, epoch: 7).ShouldBe(LedgerVerdict.HeaderWrong);
    }

    [Fact]
    public void A_landing_that_leaves_more_behind_than_may_be_missing_is_refused()
    {
        _receiver.Grant(new Grant(0, 0, 4096));
        Land(SequenceSet.Window + 2, slot: 0).ShouldBe(LedgerVerdict.OutsideWindow);
        Land(0, slot: 0).ShouldBe(LedgerVerdict.OutsideWindow);
        Land(SequenceSet.Window + 1, slot: 0).ShouldBe(LedgerVerdict.Accepted);
    }

    [Fact]
    public void A_sender_that_lets_nothing_be_done_is_refused_when_as_many_are_kept_as_any_plan_has()
    {
        for (var sequence = 1UL; sequence <= SequenceSet.KeptMax; sequence++)
        {
            _receiver.Grant(new Grant(0, 0, 4096));
            Land(sequence, slot: 0).ShouldBe(LedgerVerdict.Accepted);
            _receiver.TryTakeDelivery(out _).ShouldBeTrue();
        }
        _receiver.Grant(new Grant(0, 0, 4096));
        Land(SequenceSet.KeptMax + 1, slot: 0).ShouldBe(LedgerVerdict.OutsideWindow);
    }

    [Fact]
    public void A_peer_of_the_older_protocol_gets_no_frame_further_ahead_than_its_bitmap_reaches()
    {
        var sender = new SenderLedger();
        sender.Open(1, 4096, new SequenceSet(), new SequenceSet(), SequenceSet.Window);
        for (var sequence = 1UL; sequence <= SequenceSet.Window; sequence++)
            sender.Offer(Frame(sequence, 100)).ShouldBe(sequence);
        sender.HasRoom.ShouldBeFalse();
        sender.Fence();
        sender.Open(2, 4096, new SequenceSet(), new SequenceSet()).ShouldBe(LedgerVerdict.Accepted);
        sender.HasRoom.ShouldBeTrue();
        sender.Offer(Frame(SequenceSet.Window + 1, 100));
        sender.Fence();
        sender.Open(3, 4096, new SequenceSet(), new SequenceSet(), SequenceSet.Window).ShouldBe(LedgerVerdict.OutsideWindow);
    }

    [Fact]
    public void A_sequence_that_lands_twice_is_delivered_once()
    {
        _receiver.Grant(new Grant(0, 0, 4096));
        _receiver.Grant(new Grant(1, 4096, 4096));
        Land(1, slot: 0).ShouldBe(LedgerVerdict.Accepted);
        Land(1, slot: 1).ShouldBe(LedgerVerdict.Stale);
        _receiver.TryTakeDelivery(out var delivery).ShouldBeTrue();
        delivery.Slot.ShouldBe(0u);
        _receiver.TryTakeDelivery(out _).ShouldBeFalse();
    }

    [Fact]
    public void A_done_of_a_sender_that_has_died_is_ignored()
    {
        _receiver.Grant(new Grant(0, 0, 4096));
        Land(1, slot: 0);
        _receiver.TryTakeDelivery(out var delivery).ShouldBeTrue();
        _receiver.Fence([]);
        _receiver.Open(new Incarnation(6), []);
        _receiver.MarkDone(delivery.Ticket).ShouldBeFalse();
        _receiver.Done.Cumulative.ShouldBe(0UL);
    }

    [Fact]
    public void A_new_receiver_does_not_wait_for_what_is_done_already_holes_included()
    {
        var receiver = new ReceiverLedger(4);
        receiver.Open(new Incarnation(5), []);
        var done = new SequenceSet();
        done.TryBecome(2, [0b10UL], []).ShouldBeTrue();
        receiver.Adopt(done);
        receiver.Grant(new Grant(0, 0, 4096));
        receiver.Grant(new Grant(1, 4096, 4096));
        receiver.Land(Header(5, 1, 1), 1, 256).ShouldBe(LedgerVerdict.Accepted);
        receiver.TryTakeDelivery(out _).ShouldBeFalse("3 is still to come");
        receiver.Land(Header(3, 0, 1), 0, 256).ShouldBe(LedgerVerdict.Accepted);
        receiver.TryTakeDelivery(out var first).ShouldBeTrue();
        receiver.TryTakeDelivery(out var second).ShouldBeTrue();
        (first.Header.LinkSequence, second.Header.LinkSequence).ShouldBe((3UL, 5UL));
    }

    [Fact]
    public void A_frame_that_became_too_old_in_the_ledger_goes_as_a_notice()
    {
        var ledger = new SenderLedger();
        ledger.Offer(Frame(1, 100) with { DeadlineNanoseconds = 500, AgeNanoseconds = 100, EdgeAgeNanoseconds = 100 });
        ledger.Offer(Frame(2, 100) with { DeadlineNanoseconds = 500, AgeNanoseconds = 100 });
        ledger.Open(1, 4096, new SequenceSet(), new SequenceSet());
        ledger.Grant(1, 1, [new Grant(0, 0, 4096), new Grant(1, 4096, 4096)], 2);
        ledger.TryWrite(out var late, atNanoseconds: 301).ShouldBeTrue();
        (late.Frame.Kind, late.Frame.SegmentCount, late.Frame.GapCount, late.Frame.GapCause)
            .ShouldBe((FrameKind.Gap, 0, 1u, GapCause.Deadline));
        ledger.TryTakeEvent(out var told).ShouldBeTrue();
        (told.Kind, told.Handle, told.Cause).ShouldBe((SenderEventKind.Dropped, 1UL, GapCause.Deadline));
        ledger.TryWrite(out var punctual, atNanoseconds: 400).ShouldBeTrue();
        punctual.Frame.Kind.ShouldBe(FrameKind.Frame);
    }

    [Theory]
    [InlineData(true, true, FrameKind.Gap)]
    [InlineData(true, false, FrameKind.Frame)]
    [InlineData(false, true, FrameKind.Frame)]
    public void What_is_sent_once_is_not_sent_to_the_successor_of_a_receiver_that_may_have_had_it(bool isSentOnce, bool isOther,
        FrameKind expected)
    {
        var ledger = new SenderLedger();
        ledger.Offer(Frame(1, 100) with { IsSentOnce = isSentOnce });
        ledger.Open(1, 4096, new SequenceSet(), new SequenceSet());
        ledger.Grant(1, 1, [new Grant(0, 0, 4096)], 1);
        ledger.TryWrite(out _).ShouldBeTrue();
        ledger.Completed(1);
        ledger.Fence();
        ledger.Offer(Frame(2, 100) with { IsSentOnce = isSentOnce });
        ledger.Open(2, 4096, new SequenceSet(), new SequenceSet(), isOtherReceiver: isOther);
        ledger.Grant(2, 1, [new Grant(0, 0, 4096), new Grant(1, 4096, 4096)], 2);
        ledger.TryWrite(out var again).ShouldBeTrue();
        (again.Frame.Kind, again.Frame.GapCause).ShouldBe((expected, expected == FrameKind.Gap ? GapCause.Lost : GapCause.None));
        ledger.TryWrite(out var unwritten).ShouldBeTrue();
        unwritten.Frame.Kind.ShouldBe(FrameKind.Frame, "it had not been written: nobody has it");
    }

    [Fact]
    public void A_frame_can_be_written_next_while_there_is_a_grant_for_the_largest_one_and_nothing_waits()
    {
        var ledger = new SenderLedger();
        ledger.CanWriteNext.ShouldBeFalse();
        ledger.Open(1, 4096, new SequenceSet(), new SequenceSet());
        ledger.CanWriteNext.ShouldBeFalse();
        ledger.Grant(1, 1, [new Grant(0, 0, 2048)], 1);
        ledger.CanWriteNext.ShouldBeFalse("the largest would not fit");
        ledger.Grant(1, 2, [new Grant(1, 4096, 4096)], 2);
        ledger.CanWriteNext.ShouldBeTrue();
        ledger.Offer(Frame(1, 3000));
        ledger.CanWriteNext.ShouldBeFalse("one waits");
        ledger.TryWrite(out _).ShouldBeTrue();
        ledger.CanWriteNext.ShouldBeFalse("its grant is gone");
    }

    private LedgerVerdict Grant(uint epoch, ulong message, ulong total, params Grant[] grants) =>
        _sender.Grant(epoch, message, grants, total);

    private LedgerVerdict Acknowledge(ulong landed, ReadOnlySpan<ulong> bitmap, params ReadOnlySpan<ulong> missing) =>
        _sender.Acknowledge(9, new AcknowledgedSet(landed, bitmap, missing), 0, default);

    private LedgerVerdict Land(ulong sequence, uint slot, uint epoch = 1) => _receiver.Land(Header(sequence, slot, epoch), slot, 256);

    private static FrameHeader Header(ulong sequence, uint slot, uint epoch) => new()
    {
        Epoch = epoch,
        LinkSequence = sequence,
        Slot = slot,
        Kind = FrameKind.EndOfStream,
        Sequence = 1,
        TotalLengthBytes = 256,
    };

    private List<SenderEventKind> Events()
    {
        var kinds = new List<SenderEventKind>();
        while (_sender.TryTakeEvent(out var next))
            kinds.Add(next.Kind);
        return kinds;
    }

    private static LinkFrame Frame(ulong sequence, int bytes)
    {
        var frame = new LinkFrame { Kind = FrameKind.Frame, Sequence = sequence, Handle = sequence };
        frame.AddSegment(new MemoryPart(4096, bytes));
        return frame;
    }
}
