using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>A machine goes, with everything that runs on it.</summary>
public sealed class NodeLossCases(ITestOutputHelper output) : DisturbingCase(output)
{
    private const string Lost = "node2";
    private const int NodeLossSeconds = 10;

    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void The_pods_of_a_lost_node_are_replaced_on_another_one_and_nothing_is_lost()
    {
        using var flow = NewFlow();
        flow.Apply(Variants.Roaming(flow.Space, NodeLossSeconds)).AwaitFrames(25);
        var pod = flow.PodOf("analyse");
        pod.Node.ShouldBe(Lost);
        try
        {
            // Of the pause, 40 s are the cluster's own patience with a silent node.
            flow.Disturb($"{Lost} lost with all that ran on it", () => Cluster.Cluster.Kill(Lost));
            flow.PodOf("analyse")
                .ShouldSatisfyAllConditions(after => after.Name.ShouldNotBe(pod.Name), after => after.Node.ShouldBe("node1"));
            flow.ShouldBeWhole("node lost");
            flow.Kubectl.Run("get", "events", "-n", flow.Space, "--field-selector", "reason=NodeLost").ShouldContain(pod.Name);
        }
        finally
        {
            Return();
        }
        Wait.Until("the old pod is gone", () => flow.Pods().All(one => one.Name != pod.Name), flow.Describe);
        flow.AwaitFrames(25);
        flow.ShouldBeWhole("node back");
    }

    private void Return()
    {
        Cluster.Cluster.Restart(Lost);
        Wait.Until($"{Lost} is ready again",
            () => Kubectl.Run("get", "node", Lost, "--no-headers").Contains(" Ready ", StringComparison.Ordinal));
    }
}
