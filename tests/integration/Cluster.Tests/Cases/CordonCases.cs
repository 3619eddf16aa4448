using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>A cordoned node takes no new pods: pods that run there and fit nowhere else keep running.</summary>
public sealed class CordonCases(ITestOutputHelper output) : DisturbingCase(output)
{
    private const string Cordoned = "node2";

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_node_that_is_cordoned_keeps_the_pods_that_no_other_node_takes()
    {
        var flow = StandingFlow();
        Wait.Until("Ready", () => flow.Is("Ready", "True"), flow.Describe);
        // The sink may run nowhere else.
        flow.PodOf("sink").Node.ShouldBe(Cordoned);
        var before = flow.Pods().Where(pod => pod.Unit == "sink").Select(pod => pod.Uid).ToHashSet();
        try
        {
            flow.Disturb($"{Cordoned} cordoned", () =>
            {
                Kubectl.Run("cordon", Cordoned);
                Wait.Until("a successor that no node takes",
                    () => flow.Pods().Any(pod => pod is { Unit: "sink", Phase: "Pending", Node: "" }), flow.Describe);
            }, framesAfter: 150);
            before.ShouldBeSubsetOf(flow.Pods().Where(pod => !pod.IsEnding).Select(pod => pod.Uid), flow.Describe());
            // The other unit of the node does move, and its successor becomes ready only after it has taken over.
            Wait.Until("Ready with the pod that moved", () => flow.Is("Ready", "True"), flow.Describe);
        }
        finally
        {
            Kubectl.Run("uncordon", Cordoned);
        }
        Wait.Until("nobody stands by any more",
            () => flow.Pods().Where(pod => pod.Unit == "sink").Select(pod => pod.Uid).ToHashSet().SetEquals(before), flow.Describe);
        flow.ShouldBeWhole("cordon");
    }
}
