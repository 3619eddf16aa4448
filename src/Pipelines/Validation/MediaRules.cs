using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>Caps are sound by themselves, fit where they meet, and are known for every output.</summary>
internal static class MediaRules
{
    internal static IEnumerable<GraphViolation> Check(GraphIndex index)
    {
        var flow = new CapsFlow(index);
        return index.Graph.Operators.SelectMany((node, i) => OfInputs(index, flow, node, i).Concat(OfOutputs(flow, node, i)));
    }

    private static IEnumerable<GraphViolation> OfInputs(GraphIndex index, CapsFlow flow, MediaOperatorNode node, int i)
    {
        for (var j = 0; j < node.Inputs.Count; j++)
        {
            if (node.Inputs[j].Caps is not { } declared)
                continue;
            var at = $"spec.operators[{i}].inputs[{j}].caps";
            var port = new PortRef(node.Name, node.Inputs[j].Name);
            var faults = Faults(at, port, declared).ToList();
            foreach (var fault in faults)
                yield return fault;
            if (faults.Count == 0 && flow.Arriving(port) is { } arriving && index.EdgeInto(port) is { } edge && !declared.Fits(arriving))
                yield return new(at, GraphReason.CapsMismatch, $"{port} takes {declared}, but edge {edge.Name} brings {arriving}");
        }
    }

    private static IEnumerable<GraphViolation> OfOutputs(CapsFlow flow, MediaOperatorNode node, int i) =>
        node.Outputs.SelectMany((port, j) => OfOutput(flow, node, port, $"spec.operators[{i}].outputs[{j}].caps"));

    private static IEnumerable<GraphViolation> OfOutput(CapsFlow flow, MediaOperatorNode node, OutputPort port, string at)
    {
        var name = new PortRef(node.Name, port.Name);
        if (port.Caps is { } declared)
            return Faults(at, name, declared);
        if (flow.Output(name) is not null || CapsFlow.Followed(node, port) is not null)
            return [];
        return [new(at, GraphReason.CapsUnknown, node.Inputs.Count == 0
            ? $"{name} must declare caps: operator '{node.Name}' has no input that they could follow from"
            : $"{name} must declare caps: operator '{node.Name}' has {node.Inputs.Count} inputs and none is named '{port.Name}'")];
    }

    private static IEnumerable<GraphViolation> Faults(string at, PortRef port, MediaCaps caps) =>
        CapsRules.Check(caps)
            .Select(fault => new GraphViolation(fault.Field.Length == 0 ? at : $"{at}.{fault.Field}", GraphReason.BadCaps,
            $"{port}: {fault.Message}"));
}
