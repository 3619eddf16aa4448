using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Staging.Tests.Delivery;

public sealed class FanOutTests
{
    private readonly RecordingOwner _owner = new();

    [Fact]
    public void Round_robin_serves_the_next_one_that_has_room()
    {
        var (fan, first, second) = Two(FanOutDistribution.RoundRobin, capacity: 2);
        for (var sequence = 1UL; sequence <= 4; sequence++)
            fan.TrySend(Frame(sequence), (int)sequence).ShouldBeTrue();
        fan.TrySend(Frame(5), 5).ShouldBeFalse();
        Sequences(first).ShouldBe([1UL, 3UL]);
        Sequences(second).ShouldBe([2UL, 4UL]);
    }

    [Fact]
    public void A_broadcast_frame_is_done_when_every_consumer_is()
    {
        var (fan, first, second) = Two(FanOutDistribution.Broadcast, capacity: 4);
        fan.TrySend(Frame(1), 11).ShouldBeTrue();
        Pop(first, ReturnKind.Both);
        fan.DrainReturns();
        _owner.Returned.ShouldBeEmpty();
        Pop(second, ReturnKind.Returned, out var ticket);
        fan.DrainReturns();
        (_owner.Returned.Count, _owner.Done.Count).ShouldBe((1, 0));
        second.Return(ticket, ReturnKind.Done);
        fan.DrainReturns();
        _owner.Done.ShouldBe([11]);
        fan.InFlight.ShouldBe(0);
    }

    [Fact]
    public void What_a_dead_consumer_was_not_done_with_goes_to_the_others_marked_as_replay()
    {
        var (fan, first, second) = Two(FanOutDistribution.RoundRobin, capacity: 8);
        for (var sequence = 1UL; sequence <= 6; sequence++)
            fan.TrySend(Frame(sequence), (int)sequence);
        Pop(first, ReturnKind.Both);
        Pop(first, ReturnKind.Returned);
        Sequences(second).ShouldBe([2UL, 4UL, 6UL]);
        fan.Detach(0, isCompleted: false);
        var again = All(second);
        again.Select(descriptor => descriptor.Sequence).ShouldBe([3UL, 5UL]);
        again.ShouldAllBe(descriptor => descriptor.Flags == DescriptorFlags.MayBeReplay);
        fan.Resent.ShouldBe(2);
    }

    [Theory]
    [InlineData(FanOutRetention.UntilDone)]
    [InlineData(FanOutRetention.UntilReturned)]
    public void A_successor_need_not_wait_for_the_readers_of_the_dead_but_the_bytes_stay_until_they_have_let_go(FanOutRetention retention)
    {
        var fan = new FanOut(_owner, retention, 8);
        fan.AddSubscriber(fan.AddEdge(FanOutDistribution.RoundRobin));
        var (dead, successor) = (new FakeChannel(4), new FakeChannel(4));
        fan.Attach(0, dead);
        fan.Post(Frame(1), 1);
        fan.Post(Frame(2), 2);
        Pop(dead, ReturnKind.Both);
        fan.Detach(0, isCompleted: false);
        fan.Attach(0, successor);
        fan.Pump();
        Pop(successor, ReturnKind.Both);
        fan.DrainReturns();
        (_owner.Returned.Single(), _owner.Done.Single(), fan.InFlight).ShouldBe((1, 1, 1));
        fan.TakeBack(dead);
        (_owner.Returned.Last(), _owner.Done.Last(), fan.InFlight).ShouldBe((2, 2, 0));
    }

    [Fact]
    public void A_consumer_that_has_completed_is_owed_no_notice_and_its_frames_go_to_the_others()
    {
        var (fan, first, second) = Two(FanOutDistribution.RoundRobin, capacity: 8);
        fan.Post(Frame(1), 1);
        fan.Post(new FrameDescriptor { Kind = FrameKind.EndOfStream, Sequence = 1 }, 2);
        fan.Detach(0, isCompleted: true);
        fan.TakeBack(first);
        while (second.TryPop(out var descriptor))
            second.Return(descriptor.Ticket, ReturnKind.Both);
        fan.DrainReturns();
        while (second.TryPop(out var descriptor))
            second.Return(descriptor.Ticket, ReturnKind.Both);
        fan.DrainReturns();
        _owner.Done.ShouldContain(2);
    }

    [Fact]
    public void Where_every_consumer_has_completed_all_is_done_also_what_comes_later()
    {
        var (fan, first, second) = Two(FanOutDistribution.RoundRobin, capacity: 1);
        for (var sequence = 1; sequence <= 4; sequence++)
            fan.Post(Frame((ulong)sequence), sequence);
        fan.Detach(0, isCompleted: true);
        fan.Detach(1, isCompleted: true);
        fan.TakeBack(first);
        fan.TakeBack(second);
        fan.TrySend(Frame(5), 5).ShouldBeTrue();
        _owner.Done.Order().ShouldBe([1, 2, 3, 4, 5]);
        fan.InFlight.ShouldBe(0);
    }

    [Fact]
    public void What_was_returned_is_not_sent_again_where_bytes_are_kept_until_returned_only()
    {
        var fan = new FanOut(_owner, FanOutRetention.UntilReturned, 8);
        fan.AddSubscriber(fan.AddEdge(FanOutDistribution.RoundRobin));
        var channel = new FakeChannel(4);
        fan.Attach(0, channel);
        fan.Post(Frame(1), 1);
        fan.Post(Frame(2), 2);
        Pop(channel, ReturnKind.Returned);
        fan.TakeBack(channel);
        _owner.Done.ShouldBe([1]);
        fan.InFlight.ShouldBe(1);
    }

    [Fact]
    public void The_successor_of_a_dead_consumer_gets_what_it_was_owed_and_the_end_of_the_stream()
    {
        var (fan, first, second) = Two(FanOutDistribution.Broadcast, capacity: 4);
        fan.Post(Frame(1), 1);
        fan.Post(End(1), -1);
        Sequences(first).ShouldBe([1UL, 1UL]);
        Pop(second, ReturnKind.Both);
        fan.TakeBack(first);
        var successor = new FakeChannel(4);
        fan.Attach(0, successor);
        fan.Pump();
        All(successor).Select(descriptor => descriptor.Kind).ShouldBe([FrameKind.Frame, FrameKind.EndOfStream]);
    }

    [Fact]
    public void A_consumer_that_comes_after_the_end_is_told_of_it()
    {
        var (fan, first, _) = Two(FanOutDistribution.RoundRobin, capacity: 4);
        fan.Post(End(9), -1);
        Pop(first, ReturnKind.Both);
        fan.DrainReturns();
        fan.TakeBack(first);
        var successor = new FakeChannel(4);
        fan.Attach(0, successor);
        fan.Pump();
        All(successor).Single().Kind.ShouldBe(FrameKind.EndOfStream);
    }

    [Fact]
    public void Nothing_follows_an_end_that_was_sent()
    {
        var (fan, first, second) = Two(FanOutDistribution.RoundRobin, capacity: 4);
        fan.Post(Frame(1), 1);
        fan.Post(Frame(2), 2);
        fan.Post(End(2), -1);
        Sequences(second).ShouldBe([2UL, 2UL]);
        fan.TakeBack(first);
        All(second).ShouldBeEmpty();
        var successor = new FakeChannel(4);
        fan.Attach(0, successor);
        fan.Pump();
        All(successor).Select(descriptor => (descriptor.Kind, descriptor.Sequence))
            .ShouldBe([(FrameKind.Frame, 1UL), (FrameKind.EndOfStream, 2UL)]);
        All(first).Count.ShouldBe(2);
    }

    [Fact]
    public void A_gap_is_told_once_and_waits_for_nobody_that_stands_still()
    {
        var (fan, first, second) = Two(FanOutDistribution.RoundRobin, capacity: 4);
        fan.Post(Gap(1, 3), 5);
        (All(first).Count + All(second).Count).ShouldBe(1);
        (fan, first, second) = Two(FanOutDistribution.RoundRobin, capacity: 64);
        fan.WindowFrames = 2;
        while (fan.TrySend(Frame(2), 2))
        {
        }
        fan.Post(Gap(1, 1), 1);
        All(first).Concat(All(second)).Count(descriptor => descriptor.Kind == FrameKind.Gap).ShouldBe(1);
    }

    [Fact]
    public void A_frame_in_a_region_that_a_consumer_does_not_know_waits_until_it_does()
    {
        var fan = new FanOut(_owner, FanOutRetention.UntilDone, 8);
        fan.AddSubscriber(fan.AddEdge(FanOutDistribution.RoundRobin));
        var channel = new FakeChannel(4);
        fan.Attach(0, channel);
        var frame = Frame(1);
        frame.AddSegment(new Staging.Regions.SegmentRef(7, default, 0, 8));
        fan.CanCarry(ref frame).ShouldBeFalse();
        fan.Post(in frame, 1);
        All(channel).ShouldBeEmpty();
        fan.MapRegion(0, new Staging.Regions.RegionName(7, 0), 3);
        fan.Pump();
        var sent = All(channel).Single();
        sent.Segment(0).Region.ShouldBe((ushort)3);
    }

    [Fact]
    public void Room_counts_what_is_promised_already()
    {
        var (fan, _, _) = Two(FanOutDistribution.RoundRobin, capacity: 2);
        fan.HasRoom(3).ShouldBeTrue();
        fan.HasRoom(4).ShouldBeFalse();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void A_consumer_that_gives_nothing_back_costs_the_others_no_more_than_its_part(int consumers)
    {
        var window = 4 * consumers;
        var (fan, channels) = Many(FanOutDistribution.RoundRobin, consumers, window);
        for (var sequence = 1UL; sequence <= 1000; sequence++)
        {
            fan.TrySend(Frame(sequence), (int)sequence).ShouldBeTrue($"frame {sequence}");
            foreach (var channel in channels.Skip(1))
                while (channel.HasDescriptor)
                    Pop(channel, ReturnKind.Both);
            fan.DrainReturns();
        }
        All(channels[0]).Count.ShouldBeInRange(1, 4);
    }

    [Fact]
    public void A_frame_goes_to_the_consumer_that_has_least_to_do()
    {
        var (fan, channels) = Many(FanOutDistribution.RoundRobin, 3, 30);
        for (var sequence = 1UL; sequence <= 9; sequence++)
            fan.TrySend(Frame(sequence), (int)sequence).ShouldBeTrue();
        foreach (var done in new[] { 1, 1, 2 })
            Pop(channels[done], ReturnKind.Both);
        fan.DrainReturns();
        for (var sequence = 10UL; sequence <= 12; sequence++)
            fan.TrySend(Frame(sequence), (int)sequence).ShouldBeTrue();
        channels.Select(channel => All(channel).Count).ShouldBe([3, 3, 3]);
    }

    [Fact]
    public void A_consumer_whose_link_is_down_is_passed_over_unless_there_is_no_other()
    {
        var (fan, channels) = Many(FanOutDistribution.RoundRobin, 2, 8);
        channels[0].IsAway = true;
        for (var sequence = 1UL; sequence <= 8; sequence++)
            fan.TrySend(Frame(sequence), (int)sequence).ShouldBeTrue();
        (All(channels[0]).Count, channels[1].HasDescriptor).ShouldBe((0, true));
        fan.TrySend(Frame(9), 9).ShouldBeFalse();
        while (channels[1].HasDescriptor)
            Pop(channels[1], ReturnKind.Both);
        fan.DrainReturns();
        channels[1].IsAway = true;
        for (var sequence = 10UL; sequence <= 17; sequence++)
            fan.TrySend(Frame(sequence), (int)sequence).ShouldBeTrue();
        (All(channels[0]).Count, All(channels[1]).Count).ShouldBe((4, 4));
    }

    [Theory]
    [InlineData(FanOutRetention.UntilDone)]
    [InlineData(FanOutRetention.UntilReturned)]
    public void Where_nobody_gets_on_the_oldest_frames_go_to_another_too_and_are_done_when_both_are(FanOutRetention retention)
    {
        const long patience = 1000;
        var (fan, channels) = Many(FanOutDistribution.RoundRobin, 2, 8, retention);
        for (var sequence = 1UL; sequence <= 8; sequence++)
            fan.TrySend(Frame(sequence), (int)sequence).ShouldBeTrue();
        Sequences(channels[1]).ShouldBe([2UL, 4UL, 6UL, 8UL]);
        fan.Watch(1, patience);
        fan.Watch(patience, patience);
        channels[1].HasDescriptor.ShouldBeFalse("the patience is not over");
        fan.Watch(patience + 1, patience);
        var again = All(channels[1]);
        again.Select(descriptor => descriptor.Sequence).ShouldBe([1UL, 3UL, 5UL, 7UL]);
        again.ShouldAllBe(descriptor => descriptor.Flags == DescriptorFlags.MayBeReplay);
        for (var ticket = 1UL; ticket <= 8; ticket++)
            channels[1].Return(ticket, ReturnKind.Both);
        fan.DrainReturns();
        _owner.Done.Order().ShouldBe([2, 4, 6, 8]);
        // It is passed over until it gives something back, and its death brings nothing that another has had.
        fan.TrySend(Frame(9), 9).ShouldBeTrue();
        Sequences(channels[1]).ShouldBe([9UL]);
        Pop(channels[0], ReturnKind.Both);
        fan.DrainReturns();
        _owner.Done.ShouldContain(1);
        fan.TrySend(Frame(10), 10).ShouldBeTrue();
        Sequences(channels[0]).ShouldBe([3UL, 5UL, 7UL, 10UL]);
        fan.TakeBack(channels[0]);
        Sequences(channels[1]).ShouldBe([10UL]);
        _owner.Done.Order().ShouldBe([1, 2, 3, 4, 5, 6, 7, 8]);
    }

    [Fact]
    public void Where_another_gets_on_nothing_is_sent_twice()
    {
        const long patience = 1000;
        var (fan, channels) = Many(FanOutDistribution.RoundRobin, 2, 8);
        for (var sequence = 1UL; sequence <= 100; sequence++)
        {
            fan.TrySend(Frame(sequence), (int)sequence).ShouldBeTrue();
            while (channels[1].HasDescriptor)
                Pop(channels[1], ReturnKind.Both);
            fan.DrainReturns();
            fan.Watch((long)sequence * 300, patience);
        }
        fan.Resent.ShouldBe(0);
        channels[0].HasDescriptor.ShouldBeTrue();
    }

    [Fact]
    public void Who_has_been_slow_before_is_not_taken_for_standing_still()
    {
        const long patience = 1000;
        var (fan, channels) = Many(FanOutDistribution.RoundRobin, 2, 8);
        for (var sequence = 1UL; sequence <= 4; sequence++)
            fan.TrySend(Frame(sequence), (int)sequence);
        fan.Watch(1, patience);
        Pop(channels[0], ReturnKind.Both);
        Pop(channels[1], ReturnKind.Both);
        fan.DrainReturns();
        fan.Watch(901, patience);
        fan.Watch(901 + (2 * patience), patience);
        fan.Resent.ShouldBe(0);
        fan.Watch(901 + (4 * patience), patience);
        fan.Resent.ShouldBe(1);
    }

    [Theory]
    [InlineData(FanOutDistribution.RoundRobin)]
    [InlineData(FanOutDistribution.Broadcast)]
    public void A_port_may_have_as_many_consumers_as_a_plan_may_give_it(FanOutDistribution distribution)
    {
        var fan = new FanOut(_owner, FanOutRetention.UntilDone, 16);
        var channels = new List<FakeChannel>();
        // Two edges of replicas: more than a word has bits, of subscribers and of edges.
        for (var edges = 0; edges < 70; edges++)
        {
            var edge = fan.AddEdge(distribution);
            for (var subscriber = 0; subscriber < 3; subscriber++)
            {
                channels.Add(new FakeChannel(8));
                fan.Attach(fan.AddSubscriber(edge), channels[^1]);
            }
        }
        for (var sequence = 1UL; sequence <= 6; sequence++)
            fan.TrySend(Frame(sequence), (int)sequence).ShouldBeTrue();
        foreach (var channel in channels)
            while (channel.HasDescriptor)
                Pop(channel, ReturnKind.Both);
        fan.DrainReturns();
        _owner.Done.Order().ShouldBe([1, 2, 3, 4, 5, 6]);
        _owner.Returned.Order().ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public void A_region_that_got_the_number_of_another_is_not_known_by_what_was_told_of_that()
    {
        var (fan, channels) = Many(FanOutDistribution.RoundRobin, 1, 8);
        fan.MapRegion(0, new Staging.Regions.RegionName(7, 0), 3);
        var frame = Frame(1);
        frame.AddSegment(new Staging.Regions.SegmentRef(7, default, 0, 8) { RegionName = new Staging.Regions.RegionName(7, 1) });
        fan.CanCarry(ref frame).ShouldBeFalse();
        fan.Post(in frame, 1);
        All(channels[0]).ShouldBeEmpty();
        fan.MapRegion(0, new Staging.Regions.RegionName(7, 1), 300);
        fan.Pump();
        var segment = All(channels[0]).Single().Segment(0);
        (segment.Region, segment.RegionGeneration).ShouldBe(((ushort)300, (ushort)0));
    }

    private (FanOut Fan, FakeChannel First, FakeChannel Second) Two(FanOutDistribution distribution, int capacity)
    {
        var fan = new FanOut(_owner, FanOutRetention.UntilDone, 16);
        var edge = fan.AddEdge(distribution);
        var channels = (First: new FakeChannel(capacity), Second: new FakeChannel(capacity));
        fan.Attach(fan.AddSubscriber(edge), channels.First);
        fan.Attach(fan.AddSubscriber(edge), channels.Second);
        return (fan, channels.First, channels.Second);
    }

    private (FanOut Fan, FakeChannel[] Channels) Many(FanOutDistribution distribution, int consumers, int window,
        FanOutRetention retention = FanOutRetention.UntilDone)
    {
        var fan = new FanOut(_owner, retention, 16) { WindowFrames = window };
        var edge = fan.AddEdge(distribution);
        var channels = Enumerable.Range(0, consumers).Select(_ => new FakeChannel(64)).ToArray();
        foreach (var channel in channels)
            fan.Attach(fan.AddSubscriber(edge), channel);
        return (fan, channels);
    }

    private static FrameDescriptor Frame(ulong sequence) => new() { Kind = FrameKind.Frame, Stream = 1, Sequence = sequence };

    private static FrameDescriptor End(ulong sequence) => new() { Kind = FrameKind.EndOfStream, Stream = 1, Sequence = sequence };

    private static FrameDescriptor Gap(ulong sequence, uint count) => new()
    {
        Kind = FrameKind.Gap,
        Stream = 1,
        Sequence = sequence,
        GapCount = count,
    };

    private static void Pop(FakeChannel channel, ReturnKind kind) => Pop(channel, kind, out _);

    private static void Pop(FakeChannel channel, ReturnKind kind, out ulong ticket)
    {
        channel.TryPop(out var descriptor).ShouldBeTrue();
        ticket = descriptor.Ticket;
        channel.Return(ticket, kind);
    }

    private static List<FrameDescriptor> All(FakeChannel channel)
    {
        var all = new List<FrameDescriptor>();
        while (channel.TryPop(out var descriptor))
            all.Add(descriptor);
        return all;
    }

    private static List<ulong> Sequences(FakeChannel channel) => All(channel).ConvertAll(descriptor => descriptor.Sequence);
}
