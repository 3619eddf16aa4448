using K8sMediaFlow.Operator.Desired;

namespace K8sMediaFlow.Operator.Tests.Desired;

public class DisruptionBudgetTests
{
    [Fact]
    public void A_unit_whose_pod_cannot_be_followed_elsewhere_lets_one_eviction_more_through()
    {
        var input = Rendering.Input(Pipelines.Live, 31);
        Least(input).ShouldBe(["1", "1", "1"]);
        Least(input, "live-ingest-0", "live-analyse-1").ShouldBe(["0", "0", "1"]);
    }

    private static IEnumerable<string?> Least(RenderInput input, params string[] yielding) =>
        Rendering.Render(input, yielding).PodDisruptionBudgets.Select(one => one.Spec!.MinAvailable?.ToString());
}
