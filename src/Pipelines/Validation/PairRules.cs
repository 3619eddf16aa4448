using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>
/// Edges that pair replica i with replica i: both ends have as many, now and at most, and a link never carries more than one pair, since
/// frames do not say which replica sent them.
/// </summary>
internal static class PairRules
{
    internal static IEnumerable<GraphViolation> Check(GraphIndex index) =>
        index.Graph.Edges.SelectMany((edge, i) =>
            edge.Distribution == Distribution.OneToOne ? OfEdge(index, edge, $"spec.edges[{i}]") : []);

    private static IEnumerable<GraphViolation> OfEdge(GraphIndex index, GraphEdge edge, string at)
    {
        if (index.Operator(edge.From.Operator) is not { } from || index.Operator(edge.To.Operator) is not { } to)
            yield break;
        if (from.ReplicaCount != to.ReplicaCount)
            yield return Unequal($"{at}.distribution", edge, "replicas", from, from.ReplicaCount, to, to.ReplicaCount);
        else if (Most(from) != Most(to))
            yield return Unequal($"{at}.distribution", edge, "replicas at most", from, Most(from), to, Most(to));
        else if (Most(from) > 1 && GroupOf(index, from) is { } source && GroupOf(index, to) is { } target && source != target)
            yield return new($"{at}.distribution", GraphReason.Unsupported,
                $"distribution OneToOne of edge {edge.Name} is not supported between groups '{source}' and '{target}': one link would carry "
                + "all pairs; put both operators into one group, or leave one of them out of its group");
    }

    private static GraphViolation Unequal(string at, GraphEdge edge, string what, MediaOperatorNode from, int fromCount,
        MediaOperatorNode to, int toCount) => new(at, GraphReason.Contradiction,
        $"edge {edge.Name} pairs replica with replica, but '{from.Name}' has {fromCount} {what} and '{to.Name}' has {toCount}: make them equal");

    private static int Most(MediaOperatorNode node) => Math.Max(node.ReplicaCount, node.MaxReplicas ?? 1);

    private static string? GroupOf(GraphIndex index, MediaOperatorNode node) =>
        index.Graph.Groups.FirstOrDefault(group => group.Mode == GroupMode.SamePod && group.Operators.Contains(node.Name))?.Name;
}
