using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Staging.Tests.Delivery;

/// <summary>What edges with a policy drop, what they say of it, and what they cost the other edges of their port.</summary>
public sealed class PolicyTests
{
    private const int Window = 4;

    private readonly RecordingOwner _owner = new();
    private readonly FakeChannel _preview = new(64, canTakeBack: true);

    [Theory]
    [InlineData(FullAction.DropOldest, "gap 2-8 Dropped", "9", "10")]
    [InlineData(FullAction.DropNewest, "2", "3", "gap 4-10 Dropped")]
    [InlineData(FullAction.LatestOnly, "gap 2-9 Dropped", "10")]
    public void A_consumer_that_works_on_the_first_frame_finds_what_the_policy_says(FullAction action, params string[] expected)
    {
        var fan = Fan(action);
        fan.Post(Frame(1), 1);
        Take(_preview).ShouldBe("1");
        for (var sequence = 2UL; sequence <= 10; sequence++)
            fan.Post(Frame(sequence), (int)sequence);
        All(_preview).ShouldBe(expected);
        _preview.Drops.ShouldBe(new Dictionary<GapCause, long> { [GapCause.Dropped] = 11 - 2 - (action == FullAction.LatestOnly ? 1 : 2) });
    }

    [Theory]
    [InlineData(FullAction.DropOldest)]
    [InlineData(FullAction.DropNewest)]
    [InlineData(FullAction.LatestOnly)]
    public void A_preview_that_stands_still_costs_the_archive_neither_room_nor_blocks(FullAction action)
    {
        var fan = Fan(action, withArchive: true, out var archive);
        for (var sequence = 1UL; sequence <= 1000; sequence++)
        {
            fan.HasRoom().ShouldBeTrue();
            fan.Post(Frame(sequence), (int)sequence);
            Take(archive, ReturnKind.Both).ShouldBe($"{sequence}");
            // The preview takes as much as it can get and gives nothing back, and then takes nothing any more.
            if (sequence <= 10)
                All(_preview);
            fan.DrainReturns();
            ((int)sequence - _owner.Done.Count).ShouldBeLessThanOrEqualTo(Window);
        }
        fan.InFlight.ShouldBeLessThanOrEqualTo(_preview.Capacity);
    }

    /// <summary>The edge of the preview is the first one of the port.</summary>
    [Theory]
    [InlineData(FullAction.DropOldest)]
    [InlineData(FullAction.DropNewest)]
    [InlineData(FullAction.LatestOnly)]
    public void A_frame_goes_to_the_archive_before_anything_is_done_for_the_preview(FullAction action)
    {
        var fan = Fan(action, withArchive: true, out var archive);
        List<string> pushed = [];
        (_preview.Pushed, archive.Pushed) = (() => pushed.Add("preview"), () => pushed.Add("archive"));
        fan.Post(Frame(1), 1);
        pushed.ShouldBe(["archive", "preview"]);
    }

    [Fact]
    public void An_archive_that_stands_still_keeps_its_frames_while_the_preview_gets_new_ones()
    {
        var fan = Fan(FullAction.LatestOnly, withArchive: true, out var archive);
        var sequence = 0UL;
        while (fan.HasRoom())
            fan.Post(Frame(++sequence), (int)sequence);
        All(_preview).ShouldBe([$"gap 1-{sequence - 1} Dropped", $"{sequence}"]);
        All(archive).ShouldBe(Enumerable.Range(1, (int)sequence).Select(one => $"{one}"));
    }

    [Fact]
    public void Notices_of_others_become_one_with_ours_and_are_done_at_once()
    {
        var fan = Fan(FullAction.LatestOnly);
        fan.Post(Frame(1), 1);
        for (var sequence = 2UL; sequence <= 201; sequence++)
            fan.Post(sequence % 2 == 0 ? Gap(sequence, GapCause.Dropped) : Frame(sequence), (int)sequence);
        _owner.Done.Count.ShouldBe(200);
        All(_preview).ShouldBe(["gap 1-200 Dropped", "201"]);
    }

    [Fact]
    public void Before_a_consumer_is_there_the_queue_is_as_long_as_with_one()
    {
        var fan = new FanOut(_owner, FanOutRetention.UntilDone, 8);
        var subscriber = fan.AddSubscriber(fan.AddEdge(FanOutDistribution.RoundRobin, new EdgePolicy(FullAction.DropOldest, 2, Window, 0)));
        for (var sequence = 1UL; sequence <= 100; sequence++)
            fan.Post(Frame(sequence), (int)sequence);
        _owner.Done.Count.ShouldBe(98);
        fan.Attach(subscriber, _preview);
        fan.Pump();
        All(_preview).ShouldBe(["gap 1-98 Dropped", "99", "100"]);
        _preview.Drops[GapCause.Dropped].ShouldBe(98);
    }

    [Fact]
    public void A_dead_consumer_s_unread_frames_go_to_its_successor_and_what_it_had_taken_is_explained()
    {
        var fan = Fan(FullAction.DropOldest);
        for (var sequence = 1UL; sequence <= 3; sequence++)
            fan.Post(Frame(sequence), (int)sequence);
        Take(_preview).ShouldBe("gap 1-1 Dropped");
        Take(_preview).ShouldBe("2");
        fan.Detach(0, isCompleted: false);
        var successor = new FakeChannel(64, canTakeBack: true);
        fan.Attach(0, successor);
        fan.Pump();
        All(successor).ShouldBe(["gap 1-1 Dropped", "gap 2-2 Lost", "3"]);
        _owner.Done.ShouldBe([1]);
        fan.TakeBack(_preview);
        _owner.Done.ShouldBe([1, 2]);
        fan.Resent.ShouldBe(0);
    }

    [Fact]
    public void A_frame_that_is_too_old_is_explained_wherever_it_waits()
    {
        var fan = new FanOut(_owner, FanOutRetention.UntilDone, 8);
        fan.AddSubscriber(fan.AddEdge(FanOutDistribution.RoundRobin, new EdgePolicy(FullAction.Block, 8, 8, 100_000_000_000)));
        fan.Attach(0, _preview);
        fan.Post(Frame(1, agedMs: 100_050), 1);
        fan.Post(Frame(2, agedMs: 99_950), 2);
        Thread.Sleep(60);
        fan.Post(Frame(3), 3);
        All(_preview).ShouldBe(["gap 1-2 Deadline", "3"]);
        _owner.Done.ShouldBe([1, 2]);
        _preview.Drops.ShouldBe(new Dictionary<GapCause, long> { [GapCause.Deadline] = 2 });
    }

    [Fact]
    public void A_producer_that_waits_goes_on_when_what_it_waits_for_is_too_old()
    {
        var fan = new FanOut(_owner, FanOutRetention.UntilDone, 8);
        fan.AddSubscriber(fan.AddEdge(FanOutDistribution.RoundRobin, new EdgePolicy(FullAction.Block, 2, 2, 100_000_000_000)));
        fan.Attach(0, _preview);
        fan.TrySend(Frame(1, agedMs: 97_000), 1).ShouldBeTrue();
        fan.TrySend(Frame(2, agedMs: 97_000), 2).ShouldBeTrue();
        fan.TrySend(Frame(3), 3).ShouldBeFalse();
        Thread.Sleep(3_010);
        fan.DrainReturns();
        fan.TrySend(Frame(3), 3).ShouldBeTrue();
        All(_preview).ShouldBe(["gap 1-2 Deadline", "3"]);
    }

    [Fact]
    public void A_plain_channel_is_told_of_a_deadline_in_words_that_every_version_knows()
    {
        var plain = new FakeChannel(8);
        var fan = new FanOut(_owner, FanOutRetention.UntilDone, 8);
        fan.AddSubscriber(fan.AddEdge(FanOutDistribution.RoundRobin));
        fan.Attach(0, plain);
        fan.Post(Gap(1, GapCause.Deadline), 1);
        All(plain).ShouldBe(["gap 1-1 Dropped"]);
    }

    [Theory]
    [InlineData(FullAction.DropOldest)]
    [InlineData(FullAction.LatestOnly)]
    public void A_consumer_that_holds_all_it_can_still_gets_the_last_frame_of_the_stream(FullAction action)
    {
        var fan = Fan(action);
        var held = new List<ulong>();
        for (var sequence = 1UL; sequence <= 20; sequence++)
        {
            fan.Post(Frame(sequence), (int)sequence);
            while (_preview.TryPop(out var taken))
                held.Add(taken.Ticket);
        }
        held.ForEach(ticket => _preview.Return(ticket, ReturnKind.Both));
        fan.DrainReturns();
        All(_preview)[^1].ShouldBe("20");
    }

    [Theory]
    [InlineData(FullAction.DropOldest)]
    [InlineData(FullAction.DropNewest)]
    [InlineData(FullAction.LatestOnly)]
    public void Nothing_is_dropped_while_returns_that_make_room_are_unread(FullAction action)
    {
        var fan = Fan(action);
        for (var sequence = 1UL; sequence <= 40; sequence++)
        {
            fan.Post(Frame(sequence), (int)sequence);
            Take(_preview, ReturnKind.Both).ShouldBe($"{sequence}");
        }
        _preview.Drops.ShouldBeEmpty();
    }

    [Fact]
    public void A_stopped_replica_keeps_what_it_has_taken_and_the_other_gets_the_latest()
    {
        var fan = new FanOut(_owner, FanOutRetention.UntilDone, 8);
        var edge = fan.AddEdge(FanOutDistribution.RoundRobin, new EdgePolicy(FullAction.LatestOnly, 1, 4, 0));
        var (stopped, working) = (new FakeChannel(64, canTakeBack: true), new FakeChannel(64, canTakeBack: true));
        fan.Attach(fan.AddSubscriber(edge), stopped);
        fan.Attach(fan.AddSubscriber(edge), working);
        fan.Post(Frame(1), 1);
        Take(stopped).ShouldBe("1");
        var got = new List<string>();
        for (var sequence = 2UL; sequence <= 50; sequence++)
        {
            fan.Post(Frame(sequence), (int)sequence);
            while (Take(working, ReturnKind.Both) is { } next)
                got.Add(next);
            fan.DrainReturns();
        }
        stopped.NotDone.ShouldBeLessThanOrEqualTo(2);
        got.Count(one => !one.StartsWith("gap", StringComparison.Ordinal)).ShouldBeGreaterThan(40);
    }

    [Fact]
    public void What_a_replica_that_stands_still_has_not_taken_goes_to_the_other()
    {
        var fan = new FanOut(_owner, FanOutRetention.UntilDone, 8);
        var edge = fan.AddEdge(FanOutDistribution.RoundRobin, new EdgePolicy(FullAction.DropOldest, 4, 16, 0));
        var (stopped, working) = (new FakeChannel(64, canTakeBack: true), new FakeChannel(64, canTakeBack: true));
        fan.Attach(fan.AddSubscriber(edge), stopped);
        fan.Attach(fan.AddSubscriber(edge), working);
        for (var sequence = 1UL; sequence <= 4; sequence++)
            fan.Post(Frame(sequence), (int)sequence);
        Take(stopped).ShouldBe("1");
        All(working).ShouldBe(["2", "4"]);
        fan.Watch(1, 10);
        fan.Watch(100, 10);
        (stopped.Unread, stopped.NotDone).ShouldBe((0, 1));
        All(working).ShouldBe(["3"]);
        fan.Resent.ShouldBe(0);
    }

    [Fact]
    public void A_late_frame_is_handed_out_as_a_notice_by_the_merge()
    {
        var merge = new FanIn(new FanInOptions(1, BySequence: false, IsSparse: false, 16, 0) { DeadlineNs = 100_000_000_000 });
        merge.Attach(1, 0, _preview);
        var (late, fresh) = (Frame(1, agedMs: 101_000), Frame(2, agedMs: 10_000));
        _preview.TryPush(ref late);
        _preview.TryPush(ref fresh);
        merge.TryTake(MonotonicClock.Nanoseconds, out var first).ShouldBeTrue();
        Text(in merge.Descriptor(first)).ShouldBe("gap 1-1 Deadline");
        merge.TryTake(MonotonicClock.Nanoseconds, out var second).ShouldBeTrue();
        Text(in merge.Descriptor(second)).ShouldBe("2");
        _preview.Drops.ShouldBe(new Dictionary<GapCause, long> { [GapCause.Deadline] = 1 });
    }

    [Fact]
    public void Dropping_allocates_nothing_once_it_has_been_done_for_a_while()
    {
        var fan = Fan(FullAction.LatestOnly, withArchive: true, out var archive);
        for (var sequence = 1UL; sequence <= 500; sequence++)
            Round(fan, archive, sequence);
        _owner.EnsureCapacity(4000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var sequence = 501UL; sequence <= 1500; sequence++)
            Round(fan, archive, sequence);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_dead_consumer_had_not_taken_goes_to_its_successor_and_the_end_goes_once(bool isTaken)
    {
        var fan = Fan(FullAction.DropOldest);
        fan.Post(Frame(1), 1);
        fan.Post(new FrameDescriptor { Kind = FrameKind.EndOfStream, Stream = 7, Sequence = 1 }, -1);
        if (isTaken)
            Take(_preview, ReturnKind.Both);
        fan.Detach(0, isCompleted: false);
        fan.TakeBack(_preview);
        var successor = new FakeChannel(64, canTakeBack: true);
        fan.Attach(0, successor);
        fan.Pump();
        var kinds = new List<FrameKind>();
        while (successor.TryPop(out var next))
        {
            kinds.Add(next.Kind);
            successor.Return(next.Ticket, ReturnKind.Both);
        }
        fan.DrainReturns();
        kinds.ShouldBe(isTaken ? [FrameKind.EndOfStream] : [FrameKind.Frame, FrameKind.EndOfStream]);
        fan.InFlight.ShouldBe(0);
    }

    [Fact]
    public void What_the_last_consumer_had_not_taken_is_done_when_the_plan_has_it_no_more()
    {
        var fan = Fan(FullAction.DropOldest);
        fan.Post(Frame(1), 1);
        fan.Post(Frame(2), 2);
        fan.Detach(0, isCompleted: true);
        fan.TakeBack(_preview);
        _owner.Done.ShouldBe([1, 2], ignoreOrder: true);
        fan.InFlight.ShouldBe(0);
    }

    private void Round(FanOut fan, FakeChannel archive, ulong sequence)
    {
        fan.Post(Frame(sequence), (int)sequence);
        archive.TryPop(out var frame);
        archive.Return(frame.Ticket, ReturnKind.Both);
        if (sequence % 7 == 0 && _preview.TryPop(out frame))
            _preview.Return(frame.Ticket, ReturnKind.Both);
        fan.DrainReturns();
    }

    private FanOut Fan(FullAction action) => Fan(action, withArchive: false, out _);

    private FanOut Fan(FullAction action, bool withArchive, out FakeChannel archive)
    {
        var fan = new FanOut(_owner, FanOutRetention.UntilDone, 64) { WindowFrames = 8 };
        fan.AddSubscriber(fan.AddEdge(FanOutDistribution.RoundRobin, new EdgePolicy(action, 2, Window, 0)));
        fan.Attach(0, _preview);
        archive = new FakeChannel(64);
        if (withArchive)
            fan.Attach(fan.AddSubscriber(fan.AddEdge(FanOutDistribution.RoundRobin)), archive);
        return fan;
    }

    internal static FrameDescriptor Frame(ulong sequence, int agedMs = 0) => new()
    {
        Kind = FrameKind.Frame,
        Stream = 7,
        Sequence = sequence,
        AgeNanoseconds = (ulong)agedMs * 1_000_000,
        SentAtNanoseconds = (ulong)MonotonicClock.Nanoseconds,
    };

    internal static FrameDescriptor Gap(ulong sequence, GapCause cause) => new()
    {
        Kind = FrameKind.Gap,
        Stream = 7,
        Sequence = sequence,
        GapCount = 1,
        GapCause = cause,
    };

    private static List<string> All(FakeChannel channel)
    {
        var all = new List<string>();
        while (Take(channel) is { } next)
            all.Add(next);
        return all;
    }

    private static string? Take(FakeChannel channel, ReturnKind kind = ReturnKind.None)
    {
        if (!channel.TryPop(out var descriptor))
            return null;
        if (kind != ReturnKind.None)
            channel.Return(descriptor.Ticket, kind);
        return Text(in descriptor);
    }

    private static string Text(in FrameDescriptor descriptor) => descriptor.Kind == FrameKind.Gap
        ? $"gap {descriptor.Sequence}-{descriptor.Sequence + descriptor.GapCount - 1} {descriptor.GapCause}"
        : $"{descriptor.Sequence}";
}
