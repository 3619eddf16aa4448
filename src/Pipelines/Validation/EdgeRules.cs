using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>Every edge leads from an output port that exists to an input port that exists, once.</summary>
internal static class EdgeRules
{
    internal static IEnumerable<GraphViolation> Check(GraphIndex index) =>
        index.Graph.Edges.SelectMany((edge, i) => OfEdge(index, edge, i));

    private static IEnumerable<GraphViolation> OfEdge(GraphIndex index, GraphEdge edge, int i)
    {
        var first = index.Graph.Edges.TakeWhile(other => other != edge && (other.From, other.To) != (edge.From, edge.To)).Count();
        if (first < i)
            return [new($"spec.edges[{i}]", GraphReason.DuplicateEdge, $"edge {edge.Name} is there already, at spec.edges[{first}]")];
        return End(index, $"spec.edges[{i}].from", edge.From, "output", node => node.Outputs.Select(port => port.Name),
            node => node.Inputs.Select(port => port.Name))
            .Concat(End(index, $"spec.edges[{i}].to", edge.To, "input", node => node.Inputs.Select(port => port.Name),
                node => node.Outputs.Select(port => port.Name)));
    }

    private static IEnumerable<GraphViolation> End(GraphIndex index, string path, PortRef port, string side,
        Func<MediaOperatorNode, IEnumerable<string>> right, Func<MediaOperatorNode, IEnumerable<string>> wrong)
    {
        if (port.Operator.Length == 0 || port.Port.Length == 0)
            yield return new(path, GraphReason.BadReference, $"'{port.Operator}{port.Port}' does not name a port: write operator.port");
        else if (index.Operator(port.Operator) is not { } node)
            yield return new(path, GraphReason.UnknownOperator,
                $"{port}: there is no operator '{port.Operator}'{NameSuggestion.Hint(port.Operator, index.Graph.Operators.Select(one => one.Name))}");
        else if (!right(node).Contains(port.Port))
            yield return new(path, GraphReason.UnknownPort, wrong(node).Contains(port.Port)
                ? $"{port} is no {side} port of operator '{node.Name}', it is at its other side"
                : $"operator '{node.Name}' has no {side} '{port.Port}'{NameSuggestion.Hint(port.Port, right(node))}");
    }
}
