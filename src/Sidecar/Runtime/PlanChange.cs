using System.Text.Json;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Runtime;

namespace K8sMediaFlow.Sidecar.Runtime;

/// <summary>
/// What a newer plan asks a running pod to change: links that come, go and move, what edges may drop, and the hashes of tokens. Anything
/// else would need other memory or other ports of media operators that are running, and is refused by the name of its field: such a change
/// is a new pod.
/// </summary>
/// <param name="Next">The newer plan with the sizes that are in force: what is there stays, where the plan would do with less.</param>
/// <param name="Policies">Edges that deliver at most once and may drop other frames than before.</param>
internal sealed record PlanChange(SidecarPlan Next, LinkChanges Inbound, LinkChanges Outbound, IReadOnlyList<EdgePlan> Policies)
{
    /// <summary>False: <paramref name="refusal"/> names the field and says why.</summary>
    public static bool TryCompare(SidecarPlan running, SidecarPlan next, out PlanChange? change, out string refusal)
    {
        change = null;
        refusal = Difference(running, next) ?? PlanSizes.Misfit(running, next) ?? "";
        if (refusal.Length > 0)
            return false;
        var fitted = PlanSizes.Keep(running, next);
        change = new PlanChange(fitted, LinkChanges.Between(running.Inbound, fitted.Inbound),
            LinkChanges.Between(running.Outbound, fitted.Outbound),
            [.. fitted.Edges.Where(edge => edge.Queue is not null
                && !HasPolicyOf(edge, running.Edges.First(was => was.Name == edge.Name)))]);
        return true;
    }

    private static bool HasPolicyOf(EdgePlan edge, EdgePlan was) => edge.OnFull == was.OnFull && edge.Queue == was.Queue;

    private static string? Difference(SidecarPlan running, SidecarPlan next)
    {
        using var was = JsonDocument.Parse(PlanJson.Write(Fixed(running)));
        using var asked = JsonDocument.Parse(PlanJson.Write(Fixed(next)));
        return JsonDifference.First(was.RootElement, asked.RootElement) is { } first
            ? $"{first.Place}: {first.Left} is running, {first.Right} is asked for"
            : null;
    }

    /// <summary>What may not change, in an order of its own: the rest is blanked out. Sizes are compared apart.</summary>
    private static SidecarPlan Fixed(SidecarPlan plan) => plan with
    {
        Version = default,
        Operators = [.. plan.Operators.OrderBy(one => one.Name, StringComparer.Ordinal).ThenBy(one => one.Replica).Select(Fixed)],
        Edges = [.. plan.Edges.OrderBy(edge => edge.Name, StringComparer.Ordinal).Select(edge => Fixed(plan, edge))],
        Outbound = [],
        Inbound = [],
    };

    private static MediaOperatorPlan Fixed(MediaOperatorPlan one) => one with
    {
        TokenSha256 = "",
        RegionClasses = [],
        MaxBorrowed = 0,
        Outputs = [.. one.Outputs.Select(output => output with { QuotaBlocks = 0 })],
    };

    private static EdgePlan Fixed(SidecarPlan plan, EdgePlan edge) => edge with
    {
        ChannelCapacity = 0,
        MaxBorrowed = 0,
        // What an edge may drop changes while frames flow, but not whether it may.
        OnFull = edge.Queue is null ? edge.OnFull : OnFull.Block,
        Queue = edge.Queue is null ? null : new EdgeQueuePlan(0, 0, 0, null),
        Producers = [.. edge.Producers.Where(end => end.Pod == plan.Pod)],
        Consumers = [.. edge.Consumers.Where(end => end.Pod == plan.Pod)],
        // With a neighbour in another pod an edge that was local alone has a way out, too.
        Way = EdgeWay.Local,
        WayReason = "",
    };
}

/// <summary>Links of one direction that come, go, or lead elsewhere.</summary>
internal sealed record LinkChanges(IReadOnlyList<LinkPlan> Added, IReadOnlyList<LinkPlan> Removed, IReadOnlyList<LinkPlan> Moved)
{
    public static LinkChanges Between(IReadOnlyList<LinkPlan> running, IReadOnlyList<LinkPlan> next) => new(
        [.. next.Where(link => !running.Any(link.IsSameLink))],
        [.. running.Where(link => !next.Any(link.IsSameLink))],
        [.. next.Where(link => running.Any(other => link.IsSameLink(other) && !link.LeadsTo(other)))]);
}

/// <summary>What makes two plans' links the same one.</summary>
internal static class LinkIdentity
{
    public static bool IsSameLink(this LinkPlan link, LinkPlan other) => link.Edge == other.Edge && link.PeerPod == other.PeerPod;

    public static bool LeadsTo(this LinkPlan link, LinkPlan other) =>
        link.PeerAddress == other.PeerAddress && link.PeerLinkPort == other.PeerLinkPort
        && link.PeerIdentities.Order(StringComparer.Ordinal).SequenceEqual(other.PeerIdentities.Order(StringComparer.Ordinal));
}
