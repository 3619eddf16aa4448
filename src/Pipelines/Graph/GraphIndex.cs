namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>
/// Look-ups over a graph that may still be wrong: of two things with one name the first counts, what leads nowhere is left out.
/// </summary>
public sealed class GraphIndex
{
    private readonly Dictionary<string, MediaOperatorNode> _operators = [];
    private readonly Dictionary<PortRef, OutputPort> _outputs = [];
    private readonly Dictionary<PortRef, InputPort> _inputs = [];
    private readonly ILookup<PortRef, GraphEdge> _byTarget;
    private readonly ILookup<PortRef, GraphEdge> _bySource;

    public GraphIndex(PipelineGraph graph)
    {
        Graph = graph;
        foreach (var node in graph.Operators.Where(node => _operators.TryAdd(node.Name, node)))
        {
            foreach (var port in node.Inputs)
                _inputs.TryAdd(new PortRef(node.Name, port.Name), port);
            foreach (var port in node.Outputs)
                _outputs.TryAdd(new PortRef(node.Name, port.Name), port);
        }
        Edges = [.. graph.Edges.Where(edge => _outputs.ContainsKey(edge.From) && _inputs.ContainsKey(edge.To))];
        _byTarget = Edges.ToLookup(edge => edge.To);
        _bySource = Edges.ToLookup(edge => edge.From);
    }

    public PipelineGraph Graph { get; }

    /// <summary>The edges whose two ends exist.</summary>
    public IReadOnlyList<GraphEdge> Edges { get; }

    public MediaOperatorNode? Operator(string name) => _operators.GetValueOrDefault(name);

    public InputPort? Input(PortRef port) => _inputs.GetValueOrDefault(port);

    public OutputPort? Output(PortRef port) => _outputs.GetValueOrDefault(port);

    /// <summary>The edge that an input takes its frames from: the first one, where a wrong graph has several.</summary>
    public GraphEdge? EdgeInto(PortRef input) => _byTarget[input].FirstOrDefault();

    public IEnumerable<GraphEdge> EdgesInto(PortRef input) => _byTarget[input];

    public IEnumerable<GraphEdge> EdgesFrom(PortRef output) => _bySource[output];

    public IEnumerable<GraphEdge> EdgesFrom(MediaOperatorNode node) =>
        node.Outputs.SelectMany(port => EdgesFrom(new PortRef(node.Name, port.Name)));

    public IEnumerable<GraphEdge> EdgesInto(MediaOperatorNode node) =>
        node.Inputs.SelectMany(port => EdgesInto(new PortRef(node.Name, port.Name)));

    /// <summary>The SamePod group that an operator belongs to, or null.</summary>
    public MediaOperatorGroup? PodGroup(string name) =>
        Graph.Groups.FirstOrDefault(group => group.Mode == GroupMode.SamePod && group.Operators.Contains(name));
}
