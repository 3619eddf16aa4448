using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.Operator.Plans;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Operator.Tests.Plans;

/// <summary>What one sidecar says moves its own versions, within what a controller can have said, and nobody else's.</summary>
public class PlanCounterTests
{
    [Fact]
    public void A_plan_of_an_earlier_lease_that_counted_higher_is_outdone()
    {
        var counter = New(3);
        counter.Hear(new(57, 2, 1000)).ShouldBeTrue();
        (counter.Next(2) > new PlanVersion(57, 2, 1000)).ShouldBeTrue();
        counter.Hear(new(12, 2, 1000)).ShouldBeTrue();
        counter.Next(2).LeaseTransitions.ShouldBe(58);
    }

    [Theory]
    [InlineData(long.MaxValue, 1, 1)]
    [InlineData(PlanCounter.TransitionsMax, 1, 1)]
    [InlineData(-1, 1, 1)]
    [InlineData(4, -1, 1)]
    [InlineData(4, 1, long.MaxValue)]
    [InlineData(4, 1, -5)]
    public void A_plan_that_no_controller_can_have_given_is_not_believed(long transitions, long generation, long number)
    {
        var counter = New(3);
        var before = counter.Next(1);
        counter.Hear(new(transitions, generation, number)).ShouldBeFalse();
        (counter.Next(1) > before, counter.Next(1).LeaseTransitions).ShouldBe((true, 3));
    }

    [Fact]
    public void Whatever_a_sidecar_says_the_next_version_is_above_all_before_it_and_never_wraps()
    {
        var seed = Seed.Take(nameof(PlanCounterTests));
        var random = new Random(seed);
        long[] odd = [long.MinValue, -1, 0, 1, 7, int.MaxValue - 1, int.MaxValue, 1L << 32, long.MaxValue - 1, long.MaxValue];
        var counter = New(7);
        var last = counter.Next(1);
        for (var i = 0; i < 10_000; i++)
        {
            PlanVersion said = new(odd[random.Next(odd.Length)], 1, odd[random.Next(odd.Length)]);
            var believed = counter.Hear(said);
            var next = counter.Next(1);
            (next > last && next is { LeaseTransitions: >= 0 and <= PlanCounter.TransitionsMax, Counter: > 0 })
                .ShouldBeTrue($"SEED={seed} {said} {next}");
            (!believed || next > said).ShouldBeTrue($"SEED={seed} {said} {next}");
            last = next;
        }
    }

    [Fact]
    public void A_controller_without_election_goes_on_above_one_whose_clock_was_ahead()
    {
        var counter = New(0);
        var ahead = new PlanVersion(0, 1, DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds());
        counter.Hear(ahead);
        (counter.Next(1) > ahead).ShouldBeTrue();
    }

    private static PlanCounter New(long transitions) => new(transitions, new Leads(), TimeProvider.System);

    private sealed class Leads : IWriteFence
    {
        public CancellationToken Lost => CancellationToken.None;

        public void Demand()
        {
        }
    }
}
