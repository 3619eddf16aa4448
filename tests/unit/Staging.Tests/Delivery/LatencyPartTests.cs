using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Staging.Tests.Delivery;

/// <summary>Where an input says that the time of its frames went. The clock is the test's own.</summary>
public sealed class LatencyPartTests
{
    private readonly FakeChannel _channel = new(8), _other = new(8);

    [Fact]
    public void What_comes_while_the_consumer_is_away_is_wake_up_and_what_comes_while_it_works_is_queue()
    {
        var merge = Merge(bySequence: false);
        merge.TryTake(100, out _).ShouldBeFalse();
        Push(_channel, 1, sentAt: 150);
        Push(_channel, 2, sentAt: 160);
        Take(merge, 200);
        Take(merge, 230);
        _channel.Counted.ShouldBe([(1, 50, 50), (2, 70, 0)]);
    }

    [Fact]
    public void A_frame_that_was_seen_too_late_was_queued_before_the_look_in_vain()
    {
        var merge = Merge(bySequence: false);
        merge.TryTake(100, out _).ShouldBeFalse();
        // Sent just before the look, published just after it.
        Push(_channel, 1, sentAt: 90);
        Take(merge, 140);
        _channel.Counted.ShouldBe([(1, 50, 40)]);
    }

    [Fact]
    public void A_frame_that_waits_for_the_one_before_it_waits_in_the_queue()
    {
        var merge = Merge(bySequence: true);
        Push(_channel, 2, sentAt: 10);
        merge.TryTake(20, out _).ShouldBeFalse();
        merge.TryTake(50, out _).ShouldBeFalse();
        Push(_other, 1, sentAt: 80);
        Take(merge, 100);
        Take(merge, 130);
        (_other.Counted, _channel.Counted).ShouldSatisfyAllConditions(
            one => one.Item1.ShouldBe([(1, 20, 20)]), one => one.Item2.ShouldBe([(2, 120, 0)]));
    }

    [Fact]
    public void A_consumers_work_on_a_frame_ends_when_it_gives_it_back_whatever_derives_from_it()
    {
        var merge = Merge(bySequence: false);
        Push(_channel, 1, sentAt: 10);
        Push(_channel, 2, sentAt: 11);
        var (first, second) = (Take(merge, 20), Take(merge, 25));
        merge.Return(first, done: false, nowNs: 60);
        merge.Return(second, done: true, nowNs: 61);
        merge.Done(first);
        _channel.Processed.ShouldBe([40, 36]);
    }

    [Fact]
    public void Notices_and_duplicates_are_nobodys_work()
    {
        var merge = Merge(bySequence: false);
        Push(_channel, 1, sentAt: 10);
        Push(_other, 1, sentAt: 12);
        Push(_channel, 2, sentAt: 14, FrameKind.Gap);
        merge.Return(Take(merge, 20), done: true, nowNs: 30);
        merge.Return(Take(merge, 40), done: true, nowNs: 50);
        (_channel.Counted.Count, _other.Counted.Count, _channel.Processed.Count, _other.Processed.Count).ShouldBe((1, 0, 1, 0));
    }

    private static int Take(FanIn merge, long now)
    {
        merge.TryTake(now, out var number).ShouldBeTrue();
        return number;
    }

    private static void Push(FakeChannel channel, ulong sequence, ulong sentAt, FrameKind kind = FrameKind.Frame)
    {
        var descriptor = new FrameDescriptor
        {
            Kind = kind,
            Stream = 9,
            Sequence = sequence,
            SentAtNanoseconds = sentAt,
            GapCount = kind == FrameKind.Gap ? 1u : 0,
        };
        channel.TryPush(ref descriptor).ShouldBeTrue();
    }

    private FanIn Merge(bool bySequence)
    {
        var merge = new FanIn(new FanInOptions(2, bySequence, IsSparse: false, ReplayRuns: 64, PatienceNs: 1_000_000));
        merge.Attach(1, 0, _channel);
        merge.Attach(2, 1, _other);
        return merge;
    }
}
