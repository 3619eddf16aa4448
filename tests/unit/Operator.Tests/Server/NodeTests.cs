using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Reconcile;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Operator.Tests.Server;

/// <summary>What becomes of pods whose node is silent, or is being emptied.</summary>
[Trait("Category", "Slow")]
public class NodeTests(ControlledServer server) : ActedPodTests(server)
{
    [NeedsFact("kubernetes")]
    public async Task While_no_node_is_ready_no_pod_is_replaced_and_the_condition_says_so()
    {
        await using var node = await ActedNode.MakeAsync(Server, Client, Space);
        await using var pair = await RunPairAsync("pair", node: node);
        await StatusAsync("pair", one => one.Phase == PipelinePhase.Running);
        await node.HearAsync(isReady: false);
        // As the server does with the pods of a silent node.
        await ReadyAsync(pair.SourcePod, "False");
        var status = await StatusAsync("pair", one => one.Conditions.Find("Ready") is { Reason: "NodeSilent" });
        status.Conditions.Find("Ready")!.Message!.ShouldContain("no node is ready");
        var pods = await AllAsync(Resources.Pods);
        (pods.Count, pods.Count(pod => pod.Metadata!.DeletionTimestamp is not null)).ShouldBe((2, 0));
        await node.HearAsync(isReady: true);
        await ReadyAsync(pair.SourcePod, "True");
        await StatusAsync("pair", one => one.Conditions.IsTrue("Ready"));
        (await AllAsync(Resources.Pods)).Select(pod => pod.Metadata!.Uid)
            .ShouldBe(pods.Select(pod => pod.Metadata!.Uid), ignoreOrder: true);
    }

    [NeedsFact("kubernetes")]
    public async Task A_cordoned_node_lets_an_eviction_through_when_for_a_minute_no_successor_has_started()
    {
        await Controller.DisposeAsync();
        var time = new ShiftedTime();
        await using var controller = new RunningController(Server.Cluster.Kubeconfig, Space, time: time);
        await using var node = await ActedNode.MakeAsync(Server, Client, Space);
        await using var pair = await RunPairAsync("pair", node: node);
        await StatusAsync("pair", one => one.Phase == PipelinePhase.Running && one.Conditions.IsTrue("TransportReady"));
        await node.CordonAsync();
        var successor = (await AllAsync(Resources.Pods, all => all.Count == 3)).Single(pod => pod.Status?.Phase == "Pending");
        (await LeastAsync()).ShouldBe(1, "cordoning alone takes nothing away");
        time.SetForward(Succession.Patience);
        await ReadyAsync(successor, "False");
        await UntilAsync(async () => await LeastAsync() == 0, () => "the budget still forbids every eviction");
        var source = await Client.For(Resources.Pods).GetAsync(Space, pair.SourcePod.Metadata!.Name!, Bound);
        source.Metadata!.DeletionTimestamp.ShouldBeNull();
    }

    private async Task<int?> LeastAsync()
    {
        var budget = await Client.For(Resources.PodDisruptionBudgets.At("v1beta1")).GetAsync(Space, "pair-source-kmf", Bound);
        return budget.Spec!.MinAvailable!.Value.Number;
    }

    private Task<Pod> ReadyAsync(Pod pod, string status) => Client.For(Resources.Pods).MergeAsync(Space, pod.Metadata!.Name!, new JsonObject
    {
        ["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = status }),
        },
    }, "status", Bound);
}
