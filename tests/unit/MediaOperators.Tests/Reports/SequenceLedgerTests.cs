using K8sMediaFlow.MediaOperators.Reports;

namespace K8sMediaFlow.MediaOperators.Tests.Reports;

public class SequenceLedgerTests
{
    [Fact]
    public void Frames_in_order_leave_nothing_to_say()
    {
        var ledger = Ledger(1, 2, 3, 4);
        (ledger.Frames, ledger.Bytes, ledger.Missing, ledger.IsInOrder).ShouldBe((4L, 40L, 0L, true));
        (ledger.FirstSequence, ledger.LastSequence).ShouldBe((1UL, 4UL));
    }

    [Fact]
    public void Passed_over_sequences_are_missing_from_the_first_on() => Ledger(3, 4, 8).Missing.ShouldBe(2 + 3);

    [Fact]
    public void A_repeated_and_an_earlier_sequence_are_told_apart()
    {
        var ledger = Ledger(1, 2, 2, 1, 3);
        (ledger.Duplicates, ledger.OutOfOrder, ledger.Missing, ledger.IsInOrder).ShouldBe((1L, 1L, 0L, false));
    }

    [Fact]
    public void A_new_stream_begins_anew()
    {
        var ledger = Ledger(1, 2, 3);
        ledger.Add(8, 1, 10);
        (ledger.Streams, ledger.Missing, ledger.IsInOrder).ShouldBe((2L, 0L, true));
    }

    private static SequenceLedger Ledger(params ulong[] sequences)
    {
        var ledger = new SequenceLedger();
        foreach (var sequence in sequences)
            ledger.Add(7, sequence, 10);
        return ledger;
    }
}
