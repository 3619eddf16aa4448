using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Peers;

public sealed class TwoProcessTests
{
    private const int Capacity = 8;

    [Fact]
    public void Frames_of_another_process_arrive_once_in_order_and_untorn()
    {
        const ulong Frames = 20_000;
        using var peer = new PeerProcess(Capacity, isProducerHere: false, "produce", $"{Frames}");
        var borrower = new Borrower(peer);
        borrower.ConsumeUntilEnd(Frames);
        peer.Exit().ShouldBe(new ChildExit(0, null));
        borrower.Consumer.NotDone.ShouldBe(0);
    }

    [Fact]
    public void Frames_sent_to_another_process_all_come_back()
    {
        const ulong Frames = 20_000;
        using var peer = new PeerProcess(Capacity, isProducerHere: true, "consume");
        var lender = new Lender(peer);
        for (var sequence = 1ul; sequence <= Frames; sequence++)
            lender.Send(sequence);
        lender.Finish(Frames);
        peer.Exit().ShouldBe(new ChildExit(0, null));
        lender.Writer.BlocksInUse.ShouldBe(0);
        new ChannelObserver(peer.Channel).Statistics.Frames.ShouldBe(Frames);
    }

    [Fact]
    public void No_wake_up_is_lost_between_two_processes()
    {
        const ulong Frames = 10_000;
        using var peer = new PeerProcess(capacity: 1, isProducerHere: true, "consume-asleep");
        var lender = new Lender(peer);
        for (var sequence = 1ul; sequence <= Frames; sequence++)
            lender.Send(sequence);
        lender.Finish(Frames);
        // Its exit code is the number of wake-ups that did not come.
        peer.Exit().ShouldBe(new ChildExit(0, null));
    }

    [Fact]
    public void A_producer_killed_at_any_moment_leaves_whole_frames_and_nothing_else()
    {
        var random = new Random(Seed.Take(nameof(A_producer_killed_at_any_moment_leaves_whole_frames_and_nothing_else)));
        for (var round = 0; round < 8; round++)
        {
            using var peer = new PeerProcess(Capacity, isProducerHere: false, "produce", $"{long.MaxValue}");
            var borrower = new Borrower(peer);
            var last = borrower.ConsumeFor(random.Next(1, 30_000), peer.Child);
            peer.Exit().Signal.ShouldBe(9);
            // What it had published is whole and can still be read; then there is no more, and no violation.
            while (borrower.Consumer.TryPop(out var frame))
                borrower.Check(in frame, ++last);
            borrower.Consumer.Violation.ShouldBe(ChannelViolation.None);
            var positions = new ChannelObserver(peer.Channel).Positions;
            positions.DescriptorTail.ShouldBe(last);
            positions.DescriptorHead.ShouldBe(last);
        }
    }

    [Fact]
    public void A_consumer_killed_at_any_moment_leaves_its_tickets_to_be_taken_back()
    {
        var random = new Random(Seed.Take(nameof(A_consumer_killed_at_any_moment_leaves_its_tickets_to_be_taken_back)));
        for (var round = 0; round < 8; round++)
        {
            using var peer = new PeerProcess(Capacity, isProducerHere: true, "consume");
            var lender = new Lender(peer);
            var sent = lender.SendFor(random.Next(1, 30_000), peer.Child);
            peer.Exit().Signal.ShouldBe(9);
            lender.Drain();
            lender.Producer.Violation.ShouldBe(ChannelViolation.None);
            var outstanding = new (ulong Ticket, bool IsReturned)[Capacity];
            var count = lender.Producer.CopyOutstanding(outstanding);
            count.ShouldBe(lender.Producer.NotDone);
            // It worked in order, so what is out is the newest, without a hole; all of it comes back to the region.
            outstanding[..count].Select(entry => entry.Ticket)
                .ShouldBe(Enumerable.Range(0, count).Select(index => sent - (ulong)count + (ulong)index + 1));
            foreach (var (ticket, isReturned) in outstanding[..count])
                lender.TakeBack(ticket, isReturned);
            lender.Writer.BlocksInUse.ShouldBe(0);
            lender.Writer.RefusedReleases.ShouldBe(0);
        }
    }
}
