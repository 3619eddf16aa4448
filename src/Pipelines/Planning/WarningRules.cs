using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>What is allowed and yet often a mistake.</summary>
internal static class WarningRules
{
    internal static IEnumerable<GraphViolation> Check(GraphIndex index)
    {
        var graph = index.Graph;
        return graph.Operators.SelectMany((node, i) => OfOperator(index, node, $"spec.operators[{i}]"))
            .Concat(graph.Edges.SelectMany((edge, i) => OfEdge(index, edge, $"spec.edges[{i}]")));
    }

    private static IEnumerable<GraphViolation> OfOperator(GraphIndex index, MediaOperatorNode node, string at)
    {
        for (var i = 0; i < node.Outputs.Count; i++)
            if (!index.EdgesFrom(new PortRef(node.Name, node.Outputs[i].Name)).Any())
                yield return new($"{at}.outputs[{i}]", GraphReason.OutputNotConnected,
                    $"no edge begins at {node.Name}.{node.Outputs[i].Name}: its frames go nowhere");
        if (node.ReplicaCount > 1 && node.Inputs.Count == 0)
            yield return new($"{at}.replicas", GraphReason.DuplicateWork,
                $"operator '{node.Name}' is a source: each of its {node.ReplicaCount} replicas opens streams of its own");
        if (node.ReplicaCount > 1 && index.EdgesInto(node).Count(edge => edge.Distribution == Distribution.RoundRobin) > 1)
            yield return new($"{at}.replicas", GraphReason.JoinAcrossReplicas,
                $"operator '{node.Name}' joins several inputs that are dealt out to its {node.ReplicaCount} replicas: frames that belong together may meet different ones");
    }

    private static IEnumerable<GraphViolation> OfEdge(GraphIndex index, GraphEdge edge, string at)
    {
        var from = index.Operator(edge.From.Operator)!;
        var to = index.Operator(edge.To.Operator)!;
        if (from.ReplicaCount > 1 && to.ReplicaCount == 1 && edge.Order == FrameOrder.Arrival)
            yield return new($"{at}.order", GraphReason.OutOfOrder,
                $"{from.ReplicaCount} replicas of '{from.Name}' feed {edge.To}: frames arrive in any order; 'order: BySequence' restores it");
        if (edge.Distribution == Distribution.Broadcast && to.ReplicaCount > 1 && to.Outputs.Count > 0)
            yield return new($"{at}.distribution", GraphReason.DuplicateWork,
                $"every replica of '{to.Name}' gets every frame of {edge.Name}, so each result is made {to.ReplicaCount} times and all but one dropped as a duplicate");
    }
}
