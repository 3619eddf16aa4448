using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Liveness;

namespace K8sMediaFlow.Sidecar.Tests.Links;

public sealed class LivenessTests
{
    private const long Millisecond = 1_000_000;

    [Fact]
    public void A_peer_that_says_nothing_for_a_second_is_silent()
    {
        var beats = new Heartbeats(250 * Millisecond, 1000 * Millisecond, 0);
        for (var now = 250L; now <= 1000; now += 250)
            beats.IsSilent(now * Millisecond).ShouldBeFalse();
        beats.IsSilent(1250 * Millisecond).ShouldBeTrue();
    }

    [Fact]
    public void A_process_that_was_stopped_itself_does_not_blame_its_peer()
    {
        var beats = new Heartbeats(250 * Millisecond, 1000 * Millisecond, 0);
        beats.IsSilent(250 * Millisecond).ShouldBeFalse();
        beats.IsSilent(9000 * Millisecond).ShouldBeFalse("it slept; what came meanwhile is unread");
        for (var now = 9250L; now <= 10_000; now += 250)
            beats.IsSilent(now * Millisecond);
        beats.IsSilent(10_500 * Millisecond).ShouldBeTrue();
    }

    [Fact]
    public void The_round_trip_leaves_out_what_the_peer_held_back_and_impossible_echoes()
    {
        var beats = new Heartbeats(250 * Millisecond, 1000 * Millisecond, 0);
        beats.Echoed(100 * Millisecond, 200 * Millisecond, 303 * Millisecond);
        beats.RoundTripNanoseconds.ShouldBe(3 * Millisecond);
        beats.Echoed(900 * Millisecond, 0, 303 * Millisecond);
        beats.Echoed(100 * Millisecond, long.MaxValue, 303 * Millisecond);
        beats.RoundTripNanoseconds.ShouldBe(3 * Millisecond);
    }

    [Fact]
    public void Pauses_double_up_to_their_limit_and_begin_anew_after_success()
    {
        var backoff = new ReconnectBackoff(new LinkOptions());
        double[] pauses = [.. Enumerable.Range(0, 7).Select(_ => backoff.Failed(LinkLoss.Unreachable, 1.0).TotalMilliseconds)];
        pauses.ShouldBe([50, 100, 200, 400, 800, 1000, 1000]);
        backoff.Succeeded();
        backoff.Failed(LinkLoss.Silence, 0.0).TotalMilliseconds.ShouldBe(25);
    }

    [Fact]
    public void A_peer_that_refuses_again_and_again_is_left_alone_for_longer_but_one_that_is_not_there_is_not()
    {
        var backoff = new ReconnectBackoff(new LinkOptions());
        for (var attempt = 0; attempt < 5; attempt++)
            backoff.Failed(LinkLoss.WrongIdentity, 1.0);
        backoff.IsOpen.ShouldBeTrue();
        backoff.Failed(LinkLoss.WrongIdentity, 1.0).ShouldBe(TimeSpan.FromSeconds(5));
        backoff.Failed(LinkLoss.Unreachable, 1.0).ShouldBe(TimeSpan.FromSeconds(1));
        backoff.IsOpen.ShouldBeFalse();
    }
}
