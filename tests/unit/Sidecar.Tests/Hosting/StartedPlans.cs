using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Pipelines.Validation;
using K8sMediaFlow.Sidecar.Runtime;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>Pipelines as far as they run without media operators: checked, planned, taken by sidecars of this process.</summary>
internal static class StartedPlans
{
    public const int GrantsMax = 4096;

    private const long MemoryBytesMax = 400L << 20;
    private static int _networks;

    public static PipelinePlan Draw(PipelineGraph graph)
    {
        var network = $"127.{64 + (Environment.ProcessId % 128)}.{250 - (Interlocked.Increment(ref _networks) % 100)}";
        var number = 0;
        var placement = Placement.Of(graph).With(pod => pod with { Address = $"{network}.{++number}", LinkPort = FlowPlans.LinkPort });
        return PipelinePlanner.Draw(graph, placement, new PlanVersion(1, 1, 1));
    }

    /// <summary>
    /// Starts a pod that receives, where there is one, and the first that sends to it; returns the grants of the link between them. Null:
    /// the rules refuse the pipeline, or a test should not be as large.
    /// </summary>
    public static int? Start(PipelineGraph graph, Func<SidecarPlan, bool>? mayStart = null)
    {
        if (GraphRules.Check(graph) is { Count: > 0 } violations)
        {
            violations.ShouldAllBe(one => one.Path.Length > 0 && one.Message.Length > 0);
            return null;
        }
        var plans = Draw(graph).Sidecars;
        var receiver = plans.FirstOrDefault(plan => plan.Inbound.Count > 0) ?? plans[0];
        var sender = plans.FirstOrDefault(plan => receiver.Inbound.Any() && plan.Pod == receiver.Inbound[0].PeerPod);
        SidecarPlan[] both = sender is null ? [receiver] : [receiver, sender];
        if (both.Any(plan => PlanSizes.RegionBytes(plan) > MemoryBytesMax || mayStart?.Invoke(plan) is false))
            return null;
        using var receiving = new StartedPod(Reread(receiver), AddressOf(receiver, plans));
        if (sender is null)
            return 0;
        using var sending = new StartedPod(Reread(sender), AddressOf(sender, plans));
        return receiving.AwaitGrants();
    }

    /// <summary>Starts all pods of a pipeline that the rules accept.</summary>
    public static StartedPod[] StartAll(PipelineGraph graph)
    {
        GraphRules.Check(graph).ShouldBeEmpty();
        var plans = Draw(graph).Sidecars;
        return [.. plans.Select(plan => new StartedPod(Reread(plan), AddressOf(plan, plans)))];
    }

    // Who has no peers is known to nobody.
    private static string AddressOf(SidecarPlan plan, IReadOnlyList<SidecarPlan> all) =>
        all.SelectMany(one => one.Outbound.Concat(one.Inbound)).FirstOrDefault(link => link.PeerPod == plan.Pod)?.PeerAddress
            ?? "127.0.0.1";

    private static SidecarPlan Reread(SidecarPlan plan)
    {
        PlanJson.TryParse(PlanJson.Write(plan), out var read, out var error).ShouldBeTrue(error);
        return read!;
    }
}
