namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>
/// Which caps each output port carries: what it declares, else what arrives at the input of the same name, else what arrives at
/// the only input. Outputs whose caps cannot be derived are missing from the answer.
/// </summary>
public sealed class CapsFlow
{
    private readonly GraphIndex _index;
    private readonly Dictionary<PortRef, MediaCaps?> _outputs = [];

    public CapsFlow(GraphIndex index)
    {
        _index = index;
        foreach (var node in index.Graph.Operators)
            foreach (var port in node.Outputs)
                Derive(new PortRef(node.Name, port.Name));
    }

    /// <summary>Caps of an output port; null where they cannot be derived.</summary>
    public MediaCaps? Output(PortRef port) => _outputs.GetValueOrDefault(port);

    /// <summary>Caps of what arrives at an input port; null where that is unknown.</summary>
    public MediaCaps? Arriving(PortRef input) => _index.EdgeInto(input) is { } edge ? Output(edge.From) : null;

    /// <summary>The input that an output without declared caps follows, or null where that is not clear.</summary>
    public static InputPort? Followed(MediaOperatorNode node, OutputPort port) =>
        node.Inputs.FirstOrDefault(input => input.Name == port.Name) ?? (node.Inputs.Count == 1 ? node.Inputs[0] : null);

    private MediaCaps? Derive(PortRef output)
    {
        if (_outputs.TryGetValue(output, out var known))
            return known;
        // Marks the port as being derived: a cycle then ends here with "unknown" instead of a stack overflow.
        _outputs[output] = null;
        var port = _index.Output(output);
        var node = _index.Operator(output.Operator);
        if (port is null || node is null)
            return null;
        return _outputs[output] = port.Caps ?? Inherited(node, port);
    }

    private MediaCaps? Inherited(MediaOperatorNode node, OutputPort port)
    {
        if (Followed(node, port) is not { } input)
            return null;
        var edge = _index.EdgeInto(new PortRef(node.Name, input.Name));
        return edge is null ? input.Caps : Derive(edge.From) ?? input.Caps;
    }
}
