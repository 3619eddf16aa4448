using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>A node is emptied for maintenance, as administrators do it.</summary>
public sealed class NodeDrainCases(ITestOutputHelper output) : DisturbingCase(output)
{
    private const string Drained = "node2", Other = "node1";

    /// <summary>Long, so that a pod that needs all of it cannot be taken for one that a busy machine holds up.</summary>
    private const int GraceSeconds = 90;

    [NeedsTheory("kubernetes", "images", "helm", "root")]
    [InlineData("source")]
    [InlineData("analyse")]
    [InlineData("sink")]
    public void A_pod_whose_node_is_drained_hands_over_to_its_replacement_long_before_its_time_is_over_and_nothing_is_lost(string unit)
    {
        // A pod that may not leave the node would stay, and so would the drain.
        Cluster.Standing.Dispose();
        using var flow = NewFlow();
        flow.Apply(Variants.Movable(flow.Space, unit, GraceSeconds)).AwaitFrames(25);
        Wait.Until("Ready", () => flow.Is("Ready", "True"), flow.Describe);
        var pod = flow.PodOf(unit);
        pod.Node.ShouldBe(Drained);
        using var logs = Kubectl.Follow(flow.Space, pod.Name);
        var pause = TimeSpan.Zero;
        var ending = Task.Run(() => PodEnd.Await(flow, pod));
        try
        {
            pause = flow.Disturb($"node of {unit} drained",
                () => Kubectl.RunLong(TimeSpan.FromMinutes(4), "drain", Drained, "--force", "--ignore-daemonsets", "--delete-emptydir-data",
                "--timeout=200s", "--pod-selector", $"k8smediaflow.io/unit={unit}"));
        }
        finally
        {
            Kubectl.Run("uncordon", Drained);
        }
        flow.PodOf(unit).ShouldSatisfyAllConditions(after => after.Name.ShouldNotBe(pod.Name), after => after.Node.ShouldBe(Other));
        flow.ShouldBeWhole($"{unit} drained");
        // The kubelet may keep the pod's object for another minute: its successor must not wait for that.
        pause.ShouldBeLessThan(TimeSpan.FromSeconds(GraceSeconds / 2), logs.Text);
        var took = ending.GetAwaiter().GetResult();
        Print($"node of {unit} drained: its containers ended after {took.TotalSeconds:0.0} s");
        took.ShouldBeLessThan(TimeSpan.FromSeconds(GraceSeconds / 2), logs.Text);
    }
}
