using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Sidecar.Runtime;

/// <summary>
/// The sizes of what runs: regions, quotas and channels are made once. A newer plan that would do with less is fine with what is there; one
/// that needs more could stand still for want of it.
/// </summary>
internal static class PlanSizes
{
    /// <summary>All regions of a pod together.</summary>
    public static long RegionBytes(SidecarPlan plan) =>
        plan.Operators.Sum(one => BlockClasses.BytesOf(one.RegionClasses))
            + plan.Inbound.Sum(link => BlockClasses.BytesOf(link.RegionClasses));

    /// <summary>
    /// What of the newer plan does not fit into what the older one made; null where all does. Expects the same operators, edges and ports.
    /// </summary>
    public static string? Misfit(SidecarPlan running, SidecarPlan next) =>
        next.Operators.Select(one => Misfit(OperatorOf(running, one), one)).FirstOrDefault(misfit => misfit is not null)
        ?? next.Edges.Select(edge => Misfit(EdgeOf(running, edge), edge)).FirstOrDefault(misfit => misfit is not null)
        ?? next.Inbound.Select(link => Misfit(running.Inbound.FirstOrDefault(link.IsSameLink), link))
            .FirstOrDefault(misfit => misfit is not null);

    /// <summary>The newer plan with the sizes that are in force.</summary>
    public static SidecarPlan Keep(SidecarPlan running, SidecarPlan next) => next with
    {
        Operators = [.. next.Operators.Select(one => Keep(OperatorOf(running, one), one))],
        Edges = [.. next.Edges.Select(edge => edge with
        {
            ChannelCapacity = EdgeOf(running, edge).ChannelCapacity,
            MaxBorrowed = EdgeOf(running, edge).MaxBorrowed,
            Queue = Keep(EdgeOf(running, edge).Queue, edge.Queue),
        })],
        Inbound = [.. next.Inbound.Select(link => running.Inbound.FirstOrDefault(link.IsSameLink) is { } kept
            ? link with { RegionClasses = kept.RegionClasses }
            : link)],
    };

    private static EdgeQueuePlan? Keep(EdgeQueuePlan? was, EdgeQueuePlan? queue) => queue is null || was is null
        ? was
        : queue with { WindowFrames = was.WindowFrames, LandedFrames = was.LandedFrames };

    private static MediaOperatorPlan Keep(MediaOperatorPlan was, MediaOperatorPlan one) => one with
    {
        RegionClasses = was.RegionClasses,
        MaxBorrowed = was.MaxBorrowed,
        Outputs = [.. one.Outputs.Select(output => output with
        {
            QuotaBlocks = was.Outputs.First(other => other.Name == output.Name).QuotaBlocks,
        })],
    };

    private static string? Misfit(MediaOperatorPlan was, MediaOperatorPlan one)
    {
        var at = $"operators[{one.Name}/{one.Replica}]";
        if (!Fits(was.RegionClasses, one.RegionClasses))
            return More($"{at}.regionClasses", Text(was.RegionClasses), Text(one.RegionClasses));
        if (one.MaxBorrowed > was.MaxBorrowed)
            return More($"{at}.maxBorrowed", $"{was.MaxBorrowed}", $"{one.MaxBorrowed}");
        return one.Outputs.Select(output => (Asked: output, Was: was.Outputs.First(other => other.Name == output.Name)))
            .Where(pair => pair.Asked.QuotaBlocks > pair.Was.QuotaBlocks)
            .Select(pair => More($"{at}.outputs[{pair.Asked.Name}].quotaBlocks", $"{pair.Was.QuotaBlocks}", $"{pair.Asked.QuotaBlocks}"))
                .FirstOrDefault();
    }

    private static string? Misfit(EdgePlan was, EdgePlan edge)
    {
        if (edge.ChannelCapacity > was.ChannelCapacity)
            return More($"edges[{edge.Name}].channelCapacity", $"{was.ChannelCapacity}", $"{edge.ChannelCapacity}");
        if (edge.Queue?.WindowFrames > was.Queue?.WindowFrames)
            return More($"edges[{edge.Name}].queue.windowFrames", $"{was.Queue.WindowFrames}", $"{edge.Queue.WindowFrames}");
        return edge.MaxBorrowed > was.MaxBorrowed
            ? More($"edges[{edge.Name}].maxBorrowed", $"{was.MaxBorrowed}", $"{edge.MaxBorrowed}")
            : null;
    }

    private static string? Misfit(LinkPlan? was, LinkPlan link) => was is null || Fits(was.RegionClasses, link.RegionClasses)
        ? null
        : More($"inbound[{link.Edge} from {link.PeerPod}].regionClasses", Text(was.RegionClasses), Text(link.RegionClasses));

    private static bool Fits(IReadOnlyList<BlockClassPlan> has, IReadOnlyList<BlockClassPlan> needs) =>
        BlockClasses.FirstMissing(has, needs) is null;

    private static MediaOperatorPlan OperatorOf(SidecarPlan running, MediaOperatorPlan one) =>
        running.Operators.First(other => other.Name == one.Name && other.Replica == one.Replica);

    private static EdgePlan EdgeOf(SidecarPlan running, EdgePlan edge) => running.Edges.First(other => other.Name == edge.Name);

    private static string Text(IReadOnlyList<BlockClassPlan> classes) =>
        $"{BlockClasses.BytesOf(classes)} bytes ({string.Join(" + ", classes.Select(one => $"{one.Count} x {one.SizeBytes}"))})";

    private static string More(string place, string was, string asked) => $"{place}: {asked} is more than the running pod has: {was}";
}
