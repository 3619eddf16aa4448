using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.Operator.Tests.Server;

/// <summary>Pods run in these tests as far as the API server knows; their sidecars speak the real control API.</summary>
[Trait("Category", "Slow")]
public class PlanTests(ControlledServer server) : ActedPodTests(server)
{
    [NeedsFact("kubernetes")]
    public async Task Every_sidecar_gets_its_plan_once_all_whom_it_calls_have_addresses()
    {
        await ApplyAsync(Pipelines.Pair);
        var pods = await AllAsync(Resources.Pods, all => all.Count == 2);
        await using var source = await RunAsync(pods.Single(pod => pod.Label(WellKnownLabels.Unit) == "source"));
        // Nobody has told where the sink is: there is nothing that the source could do.
        await Task.Delay(1000, Bound);
        source.Plans.ShouldBeEmpty();
        await using var sink = await RunAsync(pods.Single(pod => pod.Label(WellKnownLabels.Unit) == "sink"));
        await UntilAsync(() => Task.FromResult(source.CurrentPlan is not null && sink.CurrentPlan is not null), () => "no plan");
        var link = source.Plans[^1].Outbound.Single();
        (link.PeerPod, link.PeerAddress, link.PeerLinkPort, link.PeerIdentities.Single())
            .ShouldBe(("pair-sink-0", sink.Address, 7401, $"k8smediaflow://{Space}/pair/sink"));
        source.Plans[^1].Operators.Single().TokenSha256.ShouldBe(await HashOfTokenAsync("source"));
        source.CurrentPlan!.Value.LeaseTransitions.ShouldBeGreaterThan(0);

        var status = await StatusAsync("pair",
            one => one.Phase == PipelinePhase.Running && one.Conditions.IsTrue("TransportReady")
            && one.Conditions.IsTrue("SidecarsUpToDate"));
        (status.ReadyPods, status.ReadyOperators, status.Transport).ShouldBe(("2/2", "2/2", "TCP"));
        (status.Conditions.Find("Ready")!.Reason, status.Conditions.Find("Reconciling")!.Status).ShouldBe(("AllReady", "False"));
    }

    [NeedsFact("kubernetes")]
    public async Task A_sidecar_that_has_lost_its_state_gets_its_plan_again()
    {
        await ApplyAsync(Pipelines.Pair);
        var pods = await AllAsync(Resources.Pods, all => all.Count == 2);
        await using var one = await RunAsync(pods[0]);
        await using var other = await RunAsync(pods[1]);
        // The first plan may have been drawn before the other pod had an address.
        await StatusAsync("pair", status =>
            status.Phase == PipelinePhase.Running && status.Conditions.IsTrue("TransportReady")
                && status.Conditions.IsTrue("SidecarsUpToDate"));
        var (before, plans) = (one.CurrentPlan!.Value, other.Plans.Count);
        one.Forget();
        await UntilAsync(() => Task.FromResult(one.CurrentPlan is not null), () => "no plan after the restart");
        one.CurrentPlan.ShouldBe(before,
            string.Join(Environment.NewLine,
            one.Plans.Select(plan => System.Text.Encoding.UTF8.GetString(K8sMediaFlow.Pipelines.Planning.PlanJson.Write(plan)))));
        other.Plans.Count.ShouldBe(plans);
    }

    [NeedsFact("kubernetes")]
    public async Task A_sidecar_that_speaks_another_version_gets_no_plan_and_the_conditions_name_both()
    {
        await ApplyAsync(Pipelines.Pair);
        var pods = await AllAsync(Resources.Pods, all => all.Count == 2);
        await using var source = await RunAsync(pods.Single(pod => pod.Label(WellKnownLabels.Unit) == "source"));
        await using var sink = await RunAsync(pods.Single(pod => pod.Label(WellKnownLabels.Unit) == "sink"), controlVersions: (8, 9));
        var status = await StatusAsync("pair",
            one => one.Conditions.Find("SidecarsUpToDate") is { Status: "False" } condition
            && condition.Message?.Contains("control versions", StringComparison.Ordinal) == true);
        status.Conditions.Find("SidecarsUpToDate")!.Message!.ShouldContain("speaks control versions 8..9, here are 1..2");
        sink.Plans.ShouldBeEmpty();
    }

    [NeedsFact("kubernetes")]
    public async Task A_replaced_pods_new_address_reaches_its_peers_and_the_new_pod_has_another_name()
    {
        await ApplyAsync(Pipelines.Pair);
        var pods = await AllAsync(Resources.Pods, all => all.Count == 2);
        var sinkPod = pods.Single(pod => pod.Label(WellKnownLabels.Unit) == "sink");
        await using var source = await RunAsync(pods.Single(pod => pod.Label(WellKnownLabels.Unit) == "source"));
        await using var first = await RunAsync(sinkPod);
        await UntilAsync(() => Task.FromResult(source.CurrentPlan is not null && first.CurrentPlan is not null), () => "no plan");
        await StatusAsync("pair", one => one.Phase == PipelinePhase.Running);
        await Client.For(Resources.Pods).DeleteAsync(Space, sinkPod.Metadata!.Name!, new(GracePeriodSeconds: 0), Bound);
        await StatusAsync("pair", one => one.Phase == PipelinePhase.Degraded);
        var next = (await AllAsync(Resources.Pods,
            all => all.Any(pod => pod.Label(WellKnownLabels.Unit) == "sink" && pod.Metadata!.Name != sinkPod.Metadata.Name)))
            .Single(pod => pod.Label(WellKnownLabels.Unit) == "sink");
        await using var second = await RunAsync(next);
        await UntilAsync(() => Task.FromResult(source.Plans[^1].Outbound.Single().PeerAddress == second.Address
            && second.CurrentPlan is not null), () => "the source does not know");
        (source.Plans[^1].Version > source.Plans[0].Version).ShouldBeTrue();
        await StatusAsync("pair", one => one.Phase == PipelinePhase.Running);
    }

    [NeedsFact("kubernetes")]
    public async Task A_drained_pod_keeps_its_peers_until_it_is_gone_and_its_successor_stands_by_without_a_plan()
    {
        await using var node = await ActedNode.MakeAsync(Server, Client, Space);
        await ApplyAsync(Pipelines.Pair);
        var pods = await AllAsync(Resources.Pods, all => all.Count == 2);
        var leaving = pods.Single(pod => pod.Label(WellKnownLabels.Unit) == "source");
        node.Bind(leaving);
        await using var source = await RunAsync(leaving);
        await using var sink = await RunAsync(pods.Single(pod => pod.Label(WellKnownLabels.Unit) == "sink"));
        await StatusAsync("pair", one => one.Phase == PipelinePhase.Running && one.Conditions.IsTrue("TransportReady"));
        await node.CordonAsync();
        var successor = (await AllAsync(Resources.Pods, all => all.Count == 3))
            .Single(pod => pods.All(other => other.Metadata!.Uid != pod.Metadata!.Uid));
        await using var next = await RunAsync(successor, isReady: false);
        await AllAsync(Resources.Pods, all => all.Any(pod => pod.Metadata!.Uid == leaving.Metadata!.Uid
            && pod.Metadata.DeletionTimestamp is not null));
        // It ends, and whatever is told meanwhile goes to it.
        await Task.Delay(2000, Bound);
        next.Plans.ShouldBeEmpty();
        sink.Plans.ShouldAllBe(plan => plan.Inbound.Single().PeerAddress == source.Address);
        await Client.For(Resources.Pods).DeleteAsync(Space, leaving.Metadata!.Name!, new(GracePeriodSeconds: 0), Bound);
        await UntilAsync(() => Task.FromResult(next.CurrentPlan is not null && sink.Plans[^1].Inbound.Single().PeerAddress == next.Address),
            () => "the successor has no plan");
    }

    [NeedsFact("kubernetes")]
    public async Task An_edit_whose_image_is_missing_gives_nothing_up_says_so_and_is_undone_by_editing_back()
    {
        await ApplyAsync(Pipelines.Pair);
        var pods = await AllAsync(Resources.Pods, all => all.Count == 2);
        await using var one = await RunAsync(pods[0]);
        await using var other = await RunAsync(pods[1]);
        await StatusAsync("pair", status => status.Phase == PipelinePhase.Running && status.Conditions.IsTrue("SidecarsUpToDate"));
        await ApplyAsync(Pipelines.Pair, document =>
        {
            foreach (var node in document["spec"]!["operators"]!.AsArray())
                node!["image"] = "registry.example/media:nowhere";
        });
        var successor = (await AllAsync(Resources.Pods, all => all.Count == 3))
            .Single(pod => pods.All(before => before.Metadata!.Uid != pod.Metadata!.Uid));
        await WaitsForImageAsync(successor);
        var stopped = await StatusAsync("pair", status => status.Conditions.Find("Stalled") is { Reason: "RolloutStopped" });
        stopped.Conditions.Find("Stalled")!.Message!.ShouldContain("ImageUnavailable");
        (stopped.Conditions.IsTrue("Ready"), stopped.ReadyPods, stopped.Phase).ShouldBe((true, "2/2", PipelinePhase.Running));
        (await AllAsync(Resources.Pods)).Count.ShouldBe(3, "the other pod is not reached");
        await ApplyAsync(Pipelines.Pair);
        (await AllAsync(Resources.Pods, all => all.Count == 2)).Select(pod => pod.Metadata!.Uid)
            .ShouldBe(pods.Select(pod => pod.Metadata!.Uid), ignoreOrder: true);
        (await StatusAsync("pair", status => !status.Conditions.IsTrue("Stalled") && status.Conditions.IsTrue("SidecarsUpToDate")))
            .ReadyPods.ShouldBe("2/2");
    }

    [NeedsFact("kubernetes")]
    [Trait("Category", "Slow")]
    public async Task While_frames_flow_the_status_is_written_four_times_a_minute_at_most_and_nothing_else_is()
    {
        await ApplyAsync(Pipelines.Pair);
        var pods = await AllAsync(Resources.Pods, all => all.Count == 2);
        await using var source = await RunAsync(pods.Single(pod => pod.Label(WellKnownLabels.Unit) == "source"));
        await using var sink = await RunAsync(pods.Single(pod => pod.Label(WellKnownLabels.Unit) == "sink"));
        var settled = await StatusAsync("pair",
            one => one.FramesPerSecond is not null && one.Conditions.IsTrue("Ready") && one.Conditions.IsTrue("TransportReady")
            && one.Conditions.IsTrue("SidecarsUpToDate"));
        settled.FramesPerSecond.ShouldBe("30.0");
        var writes = Writes().Count;
        var seconds = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; seconds.Elapsed < TimeSpan.FromSeconds(40); i++)
        {
            // Every status of the sidecar is another one.
            sink.FramesPerSecond = 30 + (i % 7 * 10);
            await Task.Delay(500, Bound);
        }
        var made = Writes().Skip(writes).ToList();
        made.ShouldAllBe(one => one.Resource == "mediapipelines/status");
        made.Count.ShouldBeLessThanOrEqualTo(3, string.Join('\n', made));
        made.ShouldNotBeEmpty("the figures do change");
    }

    [NeedsFact("kubernetes")]
    public async Task An_edge_that_stands_says_in_status_what_it_waits_for_until_it_moves_again()
    {
        await ApplyAsync(Pipelines.Pair);
        var pods = await AllAsync(Resources.Pods, all => all.Count == 2);
        await using var source = await RunAsync(pods.Single(pod => pod.Label(WellKnownLabels.Unit) == "source"));
        await using var sink = await RunAsync(pods.Single(pod => pod.Label(WellKnownLabels.Unit) == "sink"));
        await StatusAsync("pair", one => one.FramesPerSecond is not null && one.Edges.Single() is
        {
            WaitsFor: null,
            FramesPerSecond: not null
        });
        var writes = Writes().Count;
        sink.WaitsFor = "its consumers: sink-0 holds 8";
        var waiting = await StatusAsync("pair", one => one.Edges.Single().WaitsFor is not null);
        waiting.Edges.Single().WaitsFor.ShouldBe("its consumers: sink-0 holds 8");
        sink.WaitsFor = "";
        await StatusAsync("pair", one => one.Edges.Single().WaitsFor is null);
        Writes().Skip(writes).ShouldAllBe(one => one.Resource == "mediapipelines/status");
    }

    [NeedsFact("kubernetes")]
    public async Task A_change_of_leadership_is_no_news_of_a_pipeline_that_runs()
    {
        await ApplyAsync(Pipelines.Pair);
        var pods = await AllAsync(Resources.Pods, all => all.Count == 2);
        await using var source = await RunAsync(pods.Single(pod => pod.Label(WellKnownLabels.Unit) == "source"));
        await using var sink = await RunAsync(pods.Single(pod => pod.Label(WellKnownLabels.Unit) == "sink"));
        await StatusAsync("pair", one => one.FramesPerSecond is not null && one.ReadyOperators == "2/2" && one.Conditions.Count(condition =>
            condition.Status == "True") == 4);
        var stored = await Client.For(CrdResources.MediaPipelines).GetAsync(Space, "pair", Bound);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Bound);
        var seen = new List<PipelineStatus>();
        var watching = Task.Run(async () =>
        {
            await foreach (var happened in Client.For(CrdResources.MediaPipelines)
                .WatchAsync(Space, stored.Metadata!.ResourceVersion!, null, null, end.Token))
                if (PipelineStatus.Read(happened.Value?.Status) is { } status)
                    lock (seen)
                        seen.Add(status);
        }, CancellationToken.None);
        await using var second = new RunningController(Server.Cluster.Kubeconfig, Space, options => options with { Identity = "second" });
        await UntilAsync(async () => (await second.PageAsync("metrics"))
            .Contains("k8smediaflow_controller_pipelines{} 1", StringComparison.Ordinal), () => "the second sees nothing");
        var plans = (Source: source.Plans.Count, Sink: sink.Plans.Count);
        await Controller.DisposeAsync();
        await UntilAsync(() => Task.FromResult(sink.Plans.Count > plans.Sink && source.Plans.Count > plans.Source),
            () => "the second brings no plan");
        await UntilAsync(async () => (await second.PageAsync("metrics"))
            .Contains("k8smediaflow_controller_sidecar_sessions{} 2", StringComparison.Ordinal), () => "the second listens to nobody");
        await Task.Delay(3000, Bound);
        await end.CancelAsync();
        await watching.ContinueWith(_ => { }, TaskScheduler.Default);
        lock (seen)
            seen.ShouldAllBe(status => status.ReadyOperators == "2/2" && status.FramesPerSecond != null && status.Transport == "TCP"
                && status.Conditions.Count(condition => condition.Status == "True") == 4);
    }

    /// <summary>What the controller wrote in this test's namespace, by the server's own audit log; leases and Events apart.</summary>
    private IReadOnlyList<AuditedWrite> Writes() => [.. Server.Cluster.Writes().Where(one =>
        one.Namespace == Space && one.UserAgent.StartsWith("k8smediaflow-controller", StringComparison.Ordinal)
            && one.Resource is not ("leases" or "events"))];

    private async Task<string> HashOfTokenAsync(string unit)
    {
        var secret = await Client.For(Resources.Secrets).GetAsync(Space, $"pair-{unit}-kmf", Bound);
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(secret.Data![$"token-{unit}-0"]));
    }

    private Task<Pod> WaitsForImageAsync(Pod pod) => Client.For(Resources.Pods).MergeAsync(Space, pod.Metadata!.Name!, new JsonObject
    {
        ["status"] = new JsonObject
        {
            ["containerStatuses"] = new JsonArray([.. pod.Spec!.Containers!.Select(container => new JsonObject
            {
                ["name"] = container.Name, ["image"] = container.Image, ["imageID"] = "", ["ready"] = false, ["restartCount"] = 0,
                ["state"] = new JsonObject
                {
                    ["waiting"] = new JsonObject { ["reason"] = "ImagePullBackOff", ["message"] = "no such image" },
                },
            })]),
        },
    }, "status", Bound);
}
