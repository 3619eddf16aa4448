using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>Frames flow one way: a cycle would wait for itself. Every cycle that a depth-first walk closes is named once.</summary>
internal sealed class CycleRule
{
    private readonly GraphIndex _index;
    private readonly HashSet<string> _finished = [];
    private readonly List<string> _trail = [];
    private readonly List<GraphViolation> _found = [];

    private CycleRule(GraphIndex index) => _index = index;

    internal static IEnumerable<GraphViolation> Check(GraphIndex index)
    {
        var walk = new CycleRule(index);
        foreach (var node in index.Graph.Operators)
            walk.Visit(node);
        return walk._found;
    }

    private void Visit(MediaOperatorNode node)
    {
        if (!_finished.Add(node.Name))
            return;
        _trail.Add(node.Name);
        foreach (var edge in _index.EdgesFrom(node))
        {
            var at = _trail.IndexOf(edge.To.Operator);
            if (at >= 0)
                Report(edge, at);
            else if (_index.Operator(edge.To.Operator) is { } next)
                Visit(next);
        }
        _trail.RemoveAt(_trail.Count - 1);
    }

    private void Report(GraphEdge closing, int from)
    {
        var i = _index.Graph.Edges.TakeWhile(edge => edge != closing).Count();
        var names = string.Join(" → ", _trail.Skip(from).Append(closing.To.Operator));
        _found.Add(new($"spec.edges[{i}]", GraphReason.Cycle, $"edge {closing.Name} closes a cycle: {names}"));
    }
}
