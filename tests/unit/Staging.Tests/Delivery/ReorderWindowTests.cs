using K8sMediaFlow.Staging.Delivery;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Delivery;

public sealed class ReorderWindowTests
{
    private const long PatienceNs = 1000, QuietNs = PatienceNs * ReorderWindow.QuietPatience, LookNs = PatienceNs / 4;

    [Fact]
    public void Order_is_restored_from_two_channels()
    {
        var window = Opened(2);
        Offer(window, 1, 2);
        TakeAll(window).ShouldBeEmpty();
        Offer(window, 0, 1);
        TakeAll(window).ShouldBe([1UL, 2UL]);
    }

    [Fact]
    public void A_notice_explains_its_sequences()
    {
        var window = Opened(2);
        Offer(window, 0, 4);
        window.Explain(1, 9, 1, 3, false, 77);
        window.TryTake(0, false, out var gap).ShouldBeTrue();
        (gap.Kind, gap.Tag, gap.Count).ShouldBe((ReorderKind.Gap, 77, 3u));
        TakeAll(window).ShouldBe([4UL]);
    }

    [Fact]
    public void A_hole_is_kept_open_while_a_channel_may_bring_it()
    {
        var window = Opened(2);
        Offer(window, 0, 1);
        Offer(window, 0, 3);
        TakeAll(window).ShouldBe([1UL]);
        TakeAll(window, PatienceNs * 10, stuck: true).ShouldBeEmpty();
        Offer(window, 1, 2);
        TakeAll(window).ShouldBe([2UL, 3UL]);
    }

    [Fact]
    public void A_hole_is_lost_when_every_channel_has_passed_it_and_none_can_bring_more_for_a_while()
    {
        var window = Opened(2);
        Offer(window, 0, 1);
        TakeAll(window).ShouldBe([1UL]);
        Offer(window, 0, 3);
        Offer(window, 1, 4);
        TakeAll(window, 1, stuck: true).ShouldBeEmpty();
        window.TryTake(1 + PatienceNs, true, out var lost).ShouldBeTrue();
        (lost.Kind, lost.First, lost.Count).ShouldBe((ReorderKind.Lost, 2UL, 1u));
        TakeAll(window).ShouldBe([3UL, 4UL]);
    }

    [Fact]
    public void A_hole_that_every_channel_has_passed_is_lost_after_a_long_silence_although_the_channels_could_bring_more()
    {
        var window = WithHole();
        var nowNs = 0L;
        for (; nowNs < QuietNs; nowNs += LookNs)
        {
            window.Look(nowNs);
            TakeAll(window, nowNs).ShouldBeEmpty();
        }
        window.Look(nowNs);
        window.TryTake(nowNs, false, out var lost).ShouldBeTrue();
        (lost.Kind, lost.First, lost.Count, lost.Tag).ShouldBe((ReorderKind.Lost, 2UL, 1u, 3));
        TakeAll(window, nowNs).ShouldBe([3UL, 4UL]);
    }

    [Fact]
    public void Frames_behind_a_hole_are_no_silence()
    {
        var window = WithHole();
        var sequence = 5UL;
        for (var nowNs = 0L; nowNs < 10 * QuietNs; nowNs += LookNs)
        {
            window.Look(nowNs);
            Offer(window, 0, sequence++);
            TakeAll(window, nowNs).ShouldBeEmpty();
        }
    }

    [Fact]
    public void Time_in_which_nobody_looks_is_no_silence()
    {
        var window = WithHole();
        window.Look(LookNs);
        window.Look(1000 * QuietNs);
        TakeAll(window, 1000 * QuietNs).ShouldBeEmpty();
    }

    [Fact]
    public void Who_takes_long_for_each_frame_is_not_silent()
    {
        var window = new ReorderWindow(2, PatienceNs, sparse: false);
        window.Open(0);
        window.Open(1);
        var nowNs = 0L;
        for (var sequence = 0UL; sequence < 4; sequence++)
        {
            for (var end = nowNs + QuietNs; nowNs < end; nowNs += LookNs)
                window.Look(nowNs);
            Offer(window, (int)(sequence % 2), sequence < 1 ? 1 : sequence + 2);
            TakeAll(window, nowNs);
        }
        for (var end = nowNs + (4 * QuietNs); nowNs < end; nowNs += LookNs)
        {
            window.Look(nowNs);
            TakeAll(window, nowNs).ShouldBeEmpty();
        }
        Offer(window, 0, 2);
        TakeAll(window, nowNs).ShouldBe([2UL, 3UL, 4UL, 5UL]);
    }

    [Fact]
    public void Nothing_is_given_up_while_the_successor_of_a_dead_channel_is_awaited()
    {
        var window = Opened(2);
        Offer(window, 0, 1);
        TakeAll(window);
        Offer(window, 0, 3);
        window.Await(1);
        TakeAll(window, 1, stuck: true).ShouldBeEmpty();
        TakeAll(window, 100 * PatienceNs, stuck: true).ShouldBeEmpty();
        window.Open(1);
        Offer(window, 1, 2);
        TakeAll(window).ShouldBe([2UL, 3UL]);
    }

    [Fact]
    public void What_is_missing_when_all_have_ended_is_lost_at_once()
    {
        var window = Opened(2);
        Offer(window, 0, 2);
        window.End(0);
        TakeAll(window).ShouldBeEmpty();
        window.End(1);
        window.TryTake(0, false, out var lost).ShouldBeTrue();
        (lost.Kind, lost.First, lost.Count).ShouldBe((ReorderKind.Lost, 1UL, 1u));
        TakeAll(window).ShouldBe([2UL]);
    }

    [Fact]
    public void A_consumer_that_comes_late_begins_where_its_channels_begin()
    {
        var window = Opened(2);
        Offer(window, 0, 501);
        TakeAll(window).ShouldBeEmpty();
        Offer(window, 1, 500);
        Offer(window, 0, 502);
        TakeAll(window).ShouldBe([500UL, 501UL, 502UL]);
    }

    [Fact]
    public void Streams_do_not_wait_for_each_other()
    {
        var window = Opened(2);
        window.Offer(0, 1, 2, false, 12);
        window.Offer(0, 2, 1, false, 21);
        window.TryTake(0, false, out var entry).ShouldBeTrue();
        (entry.Stream, entry.First).ShouldBe((2UL, 1UL));
    }

    [Fact]
    public void Whatever_the_channels_do_each_sequence_comes_once_and_in_order()
    {
        var random = new Random(Seed.Take(nameof(Whatever_the_channels_do_each_sequence_comes_once_and_in_order)));
        for (var round = 0; round < 300; round++)
            RunRandomly(random, channels: random.Next(1, 5), sequences: random.Next(1, 200));
    }

    // A model of a parallel stage: every channel gets a part of the sequences in order, some of them as notices; delivery is interleaved at
    // random.
    private static void RunRandomly(Random random, int channels, int sequences)
    {
        var window = Opened(channels);
        var queues = Enumerable.Range(0, channels).Select(_ => new Queue<(ulong First, uint Count)>()).ToArray();
        for (var sequence = 1; sequence <= sequences;)
        {
            var count = random.Next(6) == 0 ? random.Next(1, 4) : 0;
            queues[random.Next(channels)].Enqueue(((ulong)sequence, (uint)count));
            sequence += Math.Max(1, count);
        }
        var next = 1UL;
        while (Array.Exists(queues, queue => queue.Count > 0))
        {
            var channel = random.Next(channels);
            if (!queues[channel].TryDequeue(out var item))
                continue;
            if (item.Count > 0)
                window.Explain(channel, 9, item.First, item.Count, false, (int)item.First);
            else
                window.Offer(channel, 9, item.First, false, (int)item.First);
            while (window.TryTake(0, false, out var entry))
            {
                entry.Kind.ShouldNotBe(ReorderKind.Late);
                entry.First.ShouldBe(next);
                next = entry.First + entry.Count;
            }
        }
        window.Held.ShouldBe(0);
        next.ShouldBeGreaterThan((ulong)sequences);
    }

    /// <summary>Both channels have passed the second sequence, and neither has brought it.</summary>
    private static ReorderWindow WithHole()
    {
        var window = Opened(2);
        Offer(window, 0, 1);
        TakeAll(window).ShouldBe([1UL]);
        Offer(window, 0, 3);
        Offer(window, 1, 4);
        return window;
    }

    private static ReorderWindow Opened(int channels)
    {
        var window = new ReorderWindow(channels, PatienceNs, sparse: false);
        for (var channel = 0; channel < channels; channel++)
            window.Open(channel);
        return window;
    }

    private static void Offer(ReorderWindow window, int channel, ulong sequence) =>
        window.Offer(channel, 9, sequence, false, (int)sequence);

    private static List<ulong> TakeAll(ReorderWindow window, long nowNs = 0, bool stuck = false)
    {
        var taken = new List<ulong>();
        while (window.TryTake(nowNs, stuck, out var entry))
            taken.Add(entry.First);
        return taken;
    }
}
