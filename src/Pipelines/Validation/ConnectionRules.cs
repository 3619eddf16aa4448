using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>An input takes exactly one edge, and no operator stands apart.</summary>
internal static class ConnectionRules
{
    internal static IEnumerable<GraphViolation> Check(GraphIndex index) =>
        index.Graph.Operators.SelectMany((node, i) => OfOperator(index, node, $"spec.operators[{i}]")).Concat(Taken(index));

    private static IEnumerable<GraphViolation> OfOperator(GraphIndex index, MediaOperatorNode node, string at)
    {
        // An edge with a wrong end shows the intention to connect; its own violation says what to mend.
        var touched = index.Graph.Edges.Any(edge => edge.From.Operator == node.Name || edge.To.Operator == node.Name);
        if (!touched && node.Inputs.Count + node.Outputs.Count > 0)
            return [new(at, GraphReason.Unreachable, $"operator '{node.Name}' is not connected to anything")];
        return node.Inputs.SelectMany((port, i) => OfInput(index, new PortRef(node.Name, port.Name), $"{at}.inputs[{i}]"));
    }

    private static IEnumerable<GraphViolation> OfInput(GraphIndex index, PortRef port, string at)
    {
        if (!index.Graph.Edges.Any(edge => edge.To == port))
            yield return new(at, GraphReason.InputNotConnected, $"no edge ends in {port}: it would wait for ever");
    }

    private static IEnumerable<GraphViolation> Taken(GraphIndex index)
    {
        var edges = index.Graph.Edges;
        for (var i = 0; i < edges.Count; i++)
        {
            var earlier = edges.Take(i).FirstOrDefault(edge => edge.To == edges[i].To && edge.From != edges[i].From);
            if (earlier is not null && index.Input(edges[i].To) is not null)
                yield return new($"spec.edges[{i}].to", GraphReason.InputTaken,
                    $"{edges[i].To} already takes its frames from {earlier.From}; an input takes one edge");
        }
    }
}
