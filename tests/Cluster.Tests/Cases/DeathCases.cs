using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>Processes, pods and nodes die while frames flow.</summary>
public sealed class DeathCases(TwoNodes cluster, ITestOutputHelper output) : FlowCase(cluster, output)
{
    [NeedsTheory("kubernetes", "images", "helm", "root")]
    [InlineData("analyse", "media-operator analyse")]
    [InlineData("analyse", "k8smediaflow-sidecar")]
    [InlineData("source", "k8smediaflow-sidecar")]
    [InlineData("sink", "k8smediaflow-sidecar")]
    public void A_killed_process_comes_back_and_loses_doubles_and_tears_nothing(string unit, string process)
    {
        using var flow = NewFlow().Start();
        var pod = flow.PodOf(unit);
        flow.Disturb($"{process} of {unit} killed", () => NodeProcess.Kill(pod, process));
        flow.ShouldBeWhole(process);
        flow.PodOf(unit).Name.ShouldBe(pod.Name, "the pod stays, its container is started again");
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_deleted_pod_is_replaced_under_another_name_and_nothing_is_lost()
    {
        using var flow = NewFlow().Start();
        var pod = flow.PodOf("analyse");
        flow.Disturb("pod of analyse deleted", () => flow.Replace(pod));
        flow.ShouldBeWhole("pod deleted");
        flow.PodOf("analyse").Name.ShouldNotBe(pod.Name);
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void Both_containers_of_a_pod_may_die_in_either_order()
    {
        using var flow = NewFlow().Start();
        var pod = flow.PodOf("analyse");
        foreach (var order in new[] { new[] { "media-operator", "k8smediaflow-sidecar" }, ["k8smediaflow-sidecar", "media-operator"] })
            flow.Disturb($"{string.Join(", then ", order)} killed", () => Array.ForEach(order, process => NodeProcess.Kill(pod, process)));
        flow.ShouldBeWhole("both killed");
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_cut_link_between_nodes_loses_nothing_when_it_heals()
    {
        using var flow = NewFlow().Start();
        flow.Disturb("link of node2 cut for 5 s", () =>
        {
            Cluster.Link(2, isUp: false);
            Thread.Sleep(TimeSpan.FromSeconds(5));
            Cluster.Link(2, isUp: true);
        });
        flow.ShouldBeWhole("link cut");
    }
}
