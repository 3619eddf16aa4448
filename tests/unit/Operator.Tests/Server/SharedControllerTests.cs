using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Operator.Tests.Server;

/// <summary>Two pipelines of one controller: what one of them does to the other, and what not.</summary>
[Trait("Category", "Slow")]
public class SharedControllerTests(ControlledServer server) : ActedPodTests(server)
{
    private const string Sidecars = "SidecarsUpToDate";

    [NeedsFact("kubernetes")]
    public async Task What_a_sidecar_says_of_its_plan_moves_no_version_of_another_pipeline()
    {
        await using var odd = await RunPairAsync("odd");
        await StatusAsync("odd", one => one.Conditions.IsTrue(Sidecars));
        var counted = odd.Source.CurrentPlan!.Value.LeaseTransitions;
        odd.Sink.Claim(new(int.MaxValue - 1, 1, 1));
        await UntilAsync(() => Task.FromResult(odd.Sink.CurrentPlan!.Value.LeaseTransitions == int.MaxValue), () => "it is not outdone");
        odd.Source.Claim(new(int.MaxValue, 1, 1));
        var refused = await StatusAsync("odd", one => one.Conditions.Find(Sidecars) is { Reason: "PlanRefused" });
        refused.Conditions.Find(Sidecars)!.Message!.ShouldContain("which no controller can have given it");

        await using var other = await RunPairAsync("other");
        await StatusAsync("other", one => one.Conditions.IsTrue(Sidecars) && one.Conditions.IsTrue("Ready"));
        new[] { other.Source, other.Sink }.ShouldAllBe(sidecar => sidecar.CurrentPlan!.Value.LeaseTransitions == counted);
    }

    [NeedsFact("kubernetes")]
    public async Task Of_two_pipelines_that_follow_the_sidecar_one_waits_until_the_update_of_the_other_is_over()
    {
        await using var one = await RunPairAsync("one", Follow);
        await using var other = await RunPairAsync("other", Follow);
        foreach (var name in new[] { "one", "other" })
            await StatusAsync(name, status => status.Conditions.IsTrue(Sidecars) && status.Conditions.IsTrue("Ready"));
        await Controller.DisposeAsync();
        await using var newer = new RunningController(Server.Cluster.Kubeconfig, Space, options => options with
        {
            Identity = "newer",
            SidecarImage = "registry.example/sidecar:2",
            SidecarMaxUnavailable = new(1, null),
        });
        IReadOnlyDictionary<string, PipelineStatus> statuses = new Dictionary<string, PipelineStatus>();
        await UntilAsync(async () => Reasons(statuses = await StatusesAsync()).Order(StringComparer.Ordinal)
            .SequenceEqual(["UpdateWaiting", "Updating"]), () => string.Join(", ", Reasons(statuses)));
        statuses.Values.Select(status => status.SidecarImage!)
            .ShouldBe(["registry.example/sidecar:1", "registry.example/sidecar:2"], ignoreOrder: true);
        await Client.For(CrdResources.MediaPipelines).DeleteAsync(Space, Under(statuses, "Updating"), cancel: Bound);
        await StatusAsync(Under(statuses, "UpdateWaiting"), status => status.Conditions.Find(Sidecars) is { Reason: "Updating" });
    }

    private static void Follow(JsonObject document) => document["spec"]!["sidecar"] = new JsonObject { ["updatePolicy"] = "Automatic" };

    private async Task<IReadOnlyDictionary<string, PipelineStatus>> StatusesAsync() =>
        (await Client.For(CrdResources.MediaPipelines).ListAsync(Space, null, Bound)).Items
            .ToDictionary(stored => stored.Metadata!.Name!, stored => PipelineStatus.Read(stored.Status) ?? new());

    private static IEnumerable<string> Reasons(IReadOnlyDictionary<string, PipelineStatus> statuses) =>
        statuses.Values.Select(status => status.Conditions.Find(Sidecars)?.Reason ?? "");

    private static string Under(IReadOnlyDictionary<string, PipelineStatus> statuses, string reason) =>
        statuses.Single(one => one.Value.Conditions.Find(Sidecars)!.Reason == reason).Key;
}
