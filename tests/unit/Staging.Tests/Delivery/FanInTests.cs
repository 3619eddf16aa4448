using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Staging.Tests.Delivery;

public sealed class FanInTests
{
    private const long PatienceNs = 1000;

    [Fact]
    public void A_duplicate_is_given_back_at_once_and_done_when_its_original_is()
    {
        var (merge, first, second) = Two(bySequence: false);
        Push(first, 1);
        Push(second, 1);
        merge.TryTake(0, out var number).ShouldBeTrue();
        merge.TryTake(0, out _).ShouldBeFalse();
        Returns(second).ShouldBe([ReturnKind.Returned]);
        merge.Return(number, done: false);
        merge.Done(number);
        Returns(second).ShouldBe([ReturnKind.Done]);
        Returns(first).ShouldBe([ReturnKind.Returned, ReturnKind.Done]);
        (merge.NotDone, merge.Duplicates).ShouldBe((0, 1L));
    }

    [Fact]
    public void A_duplicate_of_what_is_done_is_done_at_once()
    {
        var (merge, first, second) = Two(bySequence: false);
        Push(first, 1);
        merge.TryTake(0, out var number);
        merge.Return(number, done: true);
        Push(second, 1);
        merge.TryTake(0, out _).ShouldBeFalse();
        Returns(second).ShouldBe([ReturnKind.Both]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_a_stopped_replica_held_is_new_to_another_that_has_gone_on_without_it(int replicas)
    {
        var (merge, first, second) = Two(bySequence: false);
        const int kept = 16, later = 20_000;
        for (var sequence = kept + 1; sequence <= later; sequence += replicas)
        {
            Push(first, (ulong)sequence);
            TakeAll(merge);
            Returns(first);
        }
        for (var sequence = 1; sequence <= kept / 2; sequence++)
            Push(second, (ulong)sequence);
        TakeAll(merge).ShouldBe(Enumerable.Range(1, kept / 2).Select(sequence => (ulong)sequence));
        Returns(second);
        for (var sequence = 1; sequence <= kept / 2; sequence++)
            Push(second, (ulong)sequence);
        TakeAll(merge).ShouldBeEmpty();
        merge.Duplicates.ShouldBe(kept / 2);
    }

    [Fact]
    public void The_stream_ends_when_every_producer_has_ended_and_everything_was_taken()
    {
        var (merge, first, second) = Two(bySequence: true);
        Push(second, 2);
        Push(second, 2, FrameKind.EndOfStream);
        merge.TryTake(0, out _).ShouldBeFalse();
        merge.Ended.ShouldBeFalse();
        Push(first, 1);
        Push(first, 2, FrameKind.EndOfStream);
        Taken(merge).ShouldBe([1UL, 2UL]);
        merge.Ended.ShouldBeTrue();
        merge.Last.ShouldBe((9UL, 2UL));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_producer_that_lives_again_after_the_end_is_heard_and_the_merge_ends_when_its_new_life_does(bool bySequence, bool anew)
    {
        var (merge, first, second) = Two(bySequence);
        Push(first, 1);
        Push(second, 2);
        Push(first, 2, FrameKind.EndOfStream);
        Push(second, 2, FrameKind.EndOfStream);
        TakeAll(merge).ShouldBe([1UL, 2UL]);
        merge.Ended.ShouldBeTrue();

        // A link's channel stays over the lives of its source; in a pod each life has one of its own.
        var again = anew ? new FakeChannel(8) : second;
        if (anew)
        {
            merge.Channels[1].Close();
            merge.Attach(3, 1, again);
        }
        Push(again, 1, stream: 10);
        Push(again, 2, stream: 10);
        TakeAll(merge).ShouldBe([1UL, 2UL]);
        merge.Ended.ShouldBeFalse();
        Push(again, 3, stream: 10);
        Push(again, 3, FrameKind.EndOfStream, stream: 10);
        TakeAll(merge).ShouldBe([3UL]);
        merge.Ended.ShouldBeTrue();
        merge.Last.ShouldBe((10UL, 3UL));
    }

    [Fact]
    public void A_dead_producers_ring_is_drained_and_its_successor_goes_on()
    {
        var (merge, first, second) = Two(bySequence: true);
        Push(first, 1);
        Push(first, 3);
        merge.Channels[0].Close();
        Taken(merge).ShouldBe([1UL]);
        merge.Channels[0].IsDrained.ShouldBeTrue();
        var successor = new FakeChannel(8);
        merge.Attach(3, 0, successor);
        Push(second, 4);
        Push(successor, 2);
        Taken(merge).ShouldBe([2UL, 3UL, 4UL]);
        _ = second;
    }

    [Fact]
    public void A_life_that_follows_one_which_sent_nothing_waits_for_all_lives_before_it()
    {
        var (merge, first, _) = Two(bySequence: false);
        Push(first, 1);
        Push(first, 2);
        merge.Channels[0].Close();
        merge.Attach(3, 0, new FakeChannel(8)).Close();
        merge.IsFinished(merge.Channels[2]).ShouldBeTrue();
        var third = new FakeChannel(8);
        merge.Attach(4, 0, third);
        Push(third, 3);
        Taken(merge).ShouldBe([1UL, 2UL]);
        Taken(merge).ShouldBe([3UL]);
    }

    [Fact]
    public void What_nobody_brings_is_handed_out_as_a_notice_that_it_is_lost()
    {
        var (merge, first, second) = Two(bySequence: true);
        Push(first, 1);
        Push(first, 4);
        Push(first, 4, FrameKind.EndOfStream);
        Push(second, 4, FrameKind.EndOfStream);
        merge.TryTake(0, out var one).ShouldBeTrue();
        merge.TryTake(0, out var notice).ShouldBeTrue();
        ref var descriptor = ref merge.Descriptor(notice);
        (descriptor.Kind, descriptor.Sequence, descriptor.GapCount, descriptor.GapCause).ShouldBe((FrameKind.Gap, 2UL, 2u, GapCause.Lost));
        merge.TryTake(0, out var four).ShouldBeTrue();
        foreach (var number in new[] { one, four, notice })
            merge.Return(number, done: true);
        (merge.NotDone, merge.Channels[0].NotDone, merge.Lost, first.Drops[GapCause.Lost], merge.Ended).ShouldBe((0, 0, 2L, 2L, true));
    }

    [Fact]
    public void A_frame_that_comes_behind_the_beginning_of_its_stream_is_explained_as_lost()
    {
        var (merge, first, second) = Two(bySequence: true);
        Push(first, 3, mayBeReplay: true);
        TakeAll(merge, 1).ShouldBeEmpty();
        TakeAll(merge, 1 + PatienceNs).ShouldBe([3UL]);
        Push(second, 2, mayBeReplay: true);
        merge.TryTake(1 + PatienceNs, out var notice).ShouldBeTrue("the frame is neither handed out nor explained");
        ref var descriptor = ref merge.Descriptor(notice);
        (descriptor.Kind, descriptor.Sequence, descriptor.GapCount, descriptor.GapCause).ShouldBe((FrameKind.Gap, 2UL, 1u, GapCause.Lost));
        Returns(second).ShouldBeEmpty();
        merge.Return(notice, done: true);
        Returns(second).ShouldBe([ReturnKind.Both]);
        (merge.NotDone, merge.Late, merge.Lost, second.Drops[GapCause.Lost]).ShouldBe((0, 1L, 0L, 1L));
    }

    [Fact]
    public void A_frame_that_comes_behind_a_notice_that_it_is_lost_is_let_go_of()
    {
        var (merge, first, second) = Two(bySequence: true);
        Push(first, 1);
        Push(first, 3);
        Push(first, 3, FrameKind.EndOfStream);
        Push(second, 3, FrameKind.EndOfStream);
        TakeAll(merge).ShouldBe([1UL, 2UL, 3UL]);
        Push(second, 2, mayBeReplay: true);
        TakeAll(merge).ShouldBeEmpty("it was explained before");
        (merge.NotDone, merge.Late, merge.Lost, second.Drops.Count).ShouldBe((0, 1L, 1L, 0));
    }

    [Fact]
    public void After_the_sidecars_death_what_was_not_taken_comes_again_and_what_was_taken_does_not()
    {
        var (merge, first, _) = Two(bySequence: true);
        Push(first, 1);
        Push(first, 3);
        merge.TryTake(0, out var held).ShouldBeTrue();
        merge.TryTake(0, out _).ShouldBeFalse();
        merge.Cut();
        var (again, other) = (new FakeChannel(8), new FakeChannel(8));
        merge.Attach(5, 0, again);
        merge.Attach(6, 1, other);
        Push(again, 1);
        Push(again, 3);
        Push(other, 2);
        Taken(merge).ShouldBe([2UL, 3UL]);
        Returns(again).First().ShouldBe(ReturnKind.Returned);
        merge.Return(held, done: true);
        Returns(again).ShouldContain(ReturnKind.Done);
    }

    [Fact]
    public void Order_is_restored_after_more_producers_than_a_word_has_bits()
    {
        const int producers = 150;
        var merge = new FanIn(new FanInOptions(100, true, IsSparse: false, ReplayRuns: 64, PatienceNs: 1000));
        while (merge.Producers < producers)
            merge.AddProducer();
        var channels = Enumerable.Range(0, producers).Select(_ => new FakeChannel(8)).ToArray();
        for (var producer = 0; producer < producers; producer++)
            merge.Attach((ulong)producer + 1, producer, channels[producer]);
        for (var producer = producers - 1; producer >= 0; producer--)
        {
            Push(channels[producer], (ulong)producer + 1);
            Push(channels[producer], (ulong)(producers + producer) + 1);
            Push(channels[producer], 2 * producers, FrameKind.EndOfStream);
        }
        Taken(merge).ShouldBe(Enumerable.Range(1, 2 * producers).Select(sequence => (ulong)sequence));
        merge.Ended.ShouldBeTrue();
    }

    [Fact]
    public void Nothing_is_allocated_per_frame_once_it_runs()
    {
        var (merge, first, second) = Two(bySequence: true, new QuietChannel(), new QuietChannel());
        for (var warm = 0; warm < 2000; warm++)
            Pass(merge, first, second, warm);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 2000; step < 12_000; step++)
            Pass(merge, first, second, step);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private sealed class QuietChannel : IInboundChannel
    {
        public FrameDescriptor Next;
        public bool HasNext;

        public int Capacity => 8;

        public bool IsBroken => false;

        public bool HasDescriptor => HasNext;

        public bool TryPop(out FrameDescriptor descriptor)
        {
            descriptor = Next;
            (var had, HasNext) = (HasNext, false);
            return had;
        }

        public void Return(ulong ticket, ReturnKind kind)
        {
        }

        public void CountFrame(ref FrameDescriptor descriptor, long nowNs, long wakeUpNs)
        {
        }

        public void CountProcessing(long nanoseconds)
        {
        }

        public void CountGaps(uint sequences)
        {
        }

        public void CountDuplicate()
        {
        }
    }

    private static void Pass(FanIn merge, QuietChannel first, QuietChannel second, int step)
    {
        // Two channels, each pair of sequences swapped between them.
        (first.Next, first.HasNext) = (Descriptor((ulong)(2 * step) + 2, FrameKind.Frame), true);
        merge.TryTake(0, out _);
        (second.Next, second.HasNext) = (Descriptor((ulong)(2 * step) + 1, FrameKind.Frame), true);
        while (merge.TryTake(0, out var number))
            merge.Return(number, done: true);
    }

    private static (FanIn Merge, FakeChannel First, FakeChannel Second) Two(bool bySequence) =>
        Two(bySequence, new FakeChannel(8), new FakeChannel(8));

    private static (FanIn Merge, T First, T Second) Two<T>(bool bySequence, T first, T second)
        where T : IInboundChannel
    {
        var merge = new FanIn(new FanInOptions(2, bySequence, IsSparse: false, ReplayRuns: 64, PatienceNs));
        merge.Attach(1, 0, first);
        merge.Attach(2, 1, second);
        return (merge, first, second);
    }

    private static FrameDescriptor Descriptor(ulong sequence, FrameKind kind, ulong stream = 9) =>
        new() { Kind = kind, Stream = stream, Sequence = sequence };

    private static void Push(FakeChannel channel, ulong sequence, FrameKind kind = FrameKind.Frame, ulong stream = 9,
        bool mayBeReplay = false)
    {
        var descriptor = Descriptor(sequence, kind, stream);
        descriptor.Flags = mayBeReplay ? DescriptorFlags.MayBeReplay : DescriptorFlags.None;
        channel.TryPush(ref descriptor).ShouldBeTrue();
    }

    private static List<ulong> Taken(FanIn merge)
    {
        var taken = new List<ulong>();
        while (merge.TryTake(0, out var number))
            taken.Add(merge.Descriptor(number).Sequence);
        return taken;
    }

    private static List<ulong> TakeAll(FanIn merge, long nowNs = 0)
    {
        var taken = new List<ulong>();
        while (merge.TryTake(nowNs, out var number))
        {
            taken.Add(merge.Descriptor(number).Sequence);
            merge.Return(number, done: true);
        }
        return taken;
    }

    private static List<ReturnKind> Returns(FakeChannel channel)
    {
        var kinds = new List<ReturnKind>();
        while (channel.TryPopReturn(out var entry))
            kinds.Add(entry.Kind);
        return kinds;
    }
}
