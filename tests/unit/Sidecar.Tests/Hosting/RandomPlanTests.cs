using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Pipelines.Tests.Planning;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>Whatever pipeline the rules accept runs, of whatever shape: operators, ports, frames, order, groups, pages.</summary>
public sealed class RandomPlanTests
{
    private const int Draws = 40, StartedMin = 25, HugeDraws = 10, HugeStartedMin = 4, Pages = 64, SideMax = 400;
    private const long PageBytes = 2 << 20;

    [Fact]
    public void Random_pipelines_that_the_rules_accept_start() => Start(nameof(RandomPlanTests), Draws, HugePages.None, StartedMin);

    [NeedsFact("root")]
    [Trait("Category", "Root")]
    public void Random_pipelines_start_on_huge_pages_too()
    {
        using var pages = new ReservedPages(Pages);
        Start(nameof(HugePages), HugeDraws, HugePages.Size2Mi, HugeStartedMin);
    }

    private static void Start(string name, int draws, HugePages pages, int atLeast)
    {
        var random = new Random(Seed.Take(name));
        var started = 0;
        for (var draw = 0; draw < draws; draw++)
        {
            var grants = StartedPlans.Start(Graph(random, pages), plan => pages == HugePages.None || PagesOf(plan) <= Pages / 2);
            started += grants is null ? 0 : 1;
        }
        started.ShouldBeGreaterThanOrEqualTo(atLeast, $"of {draws}: the others were refused, or too large for a test");
    }

    private static PipelineGraph Graph(Random random, HugePages pages) => RandomGraphs.Next(random, SideMax) with
    {
        Namespace = "test",
        Name = "line",
        Transport = Transport.Tcp,
        Execution = random.Next(2) == 0 ? Execution.Batch : Execution.Streaming,
        Polling = new Polling((PollingMode)random.Next(3), Polling.SpinMicrosecondsDefault),
        Staging = new StagingNode { HugePages = pages },
    };

    // A sidecar's own regions are those where links land.
    private static long PagesOf(SidecarPlan plan) =>
        plan.Inbound.Sum(link => (BlockClasses.BytesOf(link.RegionClasses) / PageBytes) + 2);
}
