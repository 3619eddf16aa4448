using K8sMediaFlow.Sidecar.Tests.Links.Simulation;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Links;

public sealed class LinkSimulationTests
{
    private const int Runs = 400;

    /// <summary>SEED=n repeats run n first.</summary>
    [Fact]
    public void Whatever_breaks_everything_offered_is_delivered_once_and_in_order_and_every_block_comes_back()
    {
        var first = Seed.Take(nameof(LinkSimulation));
        var (cuts, restarts, repeated, stale) = (0, 0, 0UL, 0UL);
        for (var run = 0; run < Runs; run++)
        {
            var simulation = Build(unchecked(first + run));
            cuts += simulation.Cuts;
            restarts += simulation.Restarts;
            repeated += simulation.Repeated;
            stale += simulation.Stale;
        }
        // A simulation that stopped hitting its faults would prove nothing.
        cuts.ShouldBeGreaterThan(Runs);
        restarts.ShouldBeGreaterThan(Runs / 2);
        repeated.ShouldBeGreaterThan(0UL);
        stale.ShouldBeGreaterThan(0UL);
    }

    [Fact]
    public void Whatever_breaks_while_one_frame_is_kept_for_long_the_others_flow()
    {
        var first = Seed.Take(nameof(LinkSimulation));
        var restarts = 0;
        for (var run = 0; run < 6; run++)
            restarts += Build(unchecked(first + run), kept: 2, frames: 10_000).Restarts;
        restarts.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        var (one, two) = (Build(4711), Build(4711));
        (one.Cuts, one.Restarts, one.Stale, one.Repeated).ShouldBe((two.Cuts, two.Restarts, two.Stale, two.Repeated));
    }

    private static LinkSimulation Build(int seed, ulong kept = 0, int frames = 0)
    {
        var simulation = new LinkSimulation(seed, kept, frames);
        try
        {
            simulation.Run();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"SEED={seed}: {e.Message}", e);
        }
        return simulation;
    }
}
