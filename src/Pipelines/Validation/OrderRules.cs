using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>Promises of an edge that exclude each other.</summary>
internal static class OrderRules
{
    internal static IEnumerable<GraphViolation> Check(GraphIndex index) =>
        index.Graph.Edges.SelectMany((edge, i) => OfEdge(index, edge, $"spec.edges[{i}]"));

    private static IEnumerable<GraphViolation> OfEdge(GraphIndex index, GraphEdge edge, string at)
    {
        var replicas = index.Operator(edge.To.Operator)?.ReplicaCount ?? 1;
        // Each replica would wait for sequences that went to another one and count them as lost.
        if (edge is { Order: FrameOrder.BySequence, Distribution: Distribution.RoundRobin or Distribution.ByKey } && replicas > 1)
            yield return new($"{at}.order", GraphReason.OrderWithoutSense,
                $"edge {edge.Name} deals its frames out to {replicas} replicas, so none of them can see every sequence; restore the order where they come together again");
        if (edge is { Order: FrameOrder.BySequence, Distribution: Distribution.OneToOne } && replicas > 1)
            yield return new($"{at}.order", GraphReason.OrderWithoutSense,
                $"edge {edge.Name} pairs {replicas} replicas, so none of them can see every sequence; restore the order where they come together again");
        if (edge is { Delivery: Delivery.AtLeastOnce, OnFull: not OnFull.Block })
            yield return new($"{at}.onFull", GraphReason.Contradiction,
                $"edge {edge.Name} cannot drop ({edge.OnFull}) and deliver AtLeastOnce; with delivery AtMostOnce it can");
        if (edge.KeyField is not null && edge.Distribution != Distribution.ByKey)
            yield return new($"{at}.keyField", GraphReason.Contradiction,
                $"edge {edge.Name} has a keyField, but its distribution is {edge.Distribution}, not ByKey");
        if (edge is { KeyField: null, Distribution: Distribution.ByKey })
            yield return new($"{at}.keyField", GraphReason.Contradiction, $"edge {edge.Name} distributes ByKey, but has no keyField");
        if (edge is { Delivery: Delivery.AtLeastOnce, DeadlineMilliseconds: not null })
            yield return new($"{at}.deadlineMilliseconds", GraphReason.Contradiction,
                $"edge {edge.Name} cannot have a deadline and deliver AtLeastOnce; with delivery AtMostOnce it can");
    }
}
