using K8sMediaFlow.Primitives;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sdk.Tests;

/// <summary>Which time counts, by a clock of the test's own.</summary>
public sealed class PatienceTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private long _now;
    private TimeSpan _excuse;

    [Fact]
    public void Time_that_was_looked_at_in_time_counts()
    {
        var patience = New();
        Pass(patience, seconds: 60);
        (patience.Waited, patience.Elapsed).ShouldBe((TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void Who_was_stopped_has_waited_for_two_steps()
    {
        var patience = New();
        Pass(patience, seconds: 1);
        _now += 3_600_000_000_000;
        patience.Look().ShouldBe(TimeSpan.FromSeconds(1) + (2 * Step));
        patience.Elapsed.ShouldBe(TimeSpan.FromSeconds(3601));
    }

    [Fact]
    public void Excused_time_counts_by_its_share()
    {
        var patience = New(leastShare: 0.1);
        Pass(patience, seconds: 60, excused: 1);
        patience.Waited.ShouldBe(TimeSpan.FromSeconds(6), tolerance: TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void An_excuse_that_comes_late_counts_for_the_time_before()
    {
        var patience = New();
        Pass(patience, seconds: 10);
        _excuse += TimeSpan.FromSeconds(8);
        Pass(patience, seconds: 1);
        patience.Waited.ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void Who_was_excused_by_far_is_not_excused_for_the_time_after()
    {
        var patience = New();
        // Ten threads of one process waited.
        Pass(patience, seconds: 10, excused: 10);
        Pass(patience, seconds: 20);
        patience.Waited.ShouldBe(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void An_excuse_that_becomes_less_is_none()
    {
        var patience = New();
        _excuse = TimeSpan.FromSeconds(-100);
        Pass(patience, seconds: 5);
        patience.Waited.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_new_beginning_has_waited_for_nothing()
    {
        var patience = New();
        Pass(patience, seconds: 5);
        patience.Begin();
        (patience.Waited, patience.Elapsed).ShouldBe((TimeSpan.Zero, TimeSpan.Zero));
    }

    [Fact]
    public void Whatever_happens_more_than_has_passed_is_never_counted_and_the_least_share_always_is()
    {
        var random = new Random(Seed.Take(nameof(PatienceTests)));
        for (var round = 0; round < 200; round++)
            Live(random, random.NextDouble());
    }

    private void Live(Random random, double leastShare)
    {
        var patience = New(leastShare);
        var (counted, began) = (TimeSpan.Zero, _now);
        for (var look = 0; look < 100; look++)
        {
            var passed = TimeSpan.FromMilliseconds(random.Next(random.Next(8) == 0 ? 100_000 : 100));
            _now += (long)passed.TotalNanoseconds;
            _excuse += TimeSpan.FromMilliseconds(random.Next(-50, 300));
            counted += passed < 2 * Step ? passed : 2 * Step;
            var waited = patience.Look(isExcused: random.Next(4) == 0);
            waited.ShouldBeInRange((counted * leastShare) - Step, counted);
            patience.Elapsed.ShouldBe(TimeSpan.FromTicks((_now - began) / 100));
        }
    }

    private Patience New(double leastShare = 0) => new(Step, () => _excuse, leastShare, () => _now);

    private void Pass(Patience patience, int seconds, double excused = 0)
    {
        for (var steps = seconds * 10; steps > 0; steps--)
        {
            _now += (long)Step.TotalNanoseconds;
            _excuse += excused * Step;
            patience.Look();
        }
    }
}
