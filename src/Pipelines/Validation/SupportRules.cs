using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>Fields of the schema whose behaviour is not built yet: refused by name, never accepted without effect.</summary>
internal static class SupportRules
{
    internal static IEnumerable<GraphViolation> Check(PipelineGraph graph) =>
        graph.Groups.SelectMany(OfGroup).Concat(graph.Edges.SelectMany(OfEdge));

    private static IEnumerable<GraphViolation> OfGroup(MediaOperatorGroup group, int i)
    {
        if (group.Mode == GroupMode.SameNode)
            yield return Unsupported($"spec.groups[{i}].mode", $"mode SameNode of group '{group.Name}'", "use SamePod or no group");
    }

    private static IEnumerable<GraphViolation> OfEdge(GraphEdge edge, int i)
    {
        var at = $"spec.edges[{i}]";
        if (edge.Retain is not null)
            yield return Unsupported($"{at}.retain", $"retention on edge {edge.Name}", "leave it out; frames are kept until they are done");
    }

    private static GraphViolation Unsupported(string path, string what, string instead) =>
        new(path, GraphReason.Unsupported, $"{what} is not supported yet: {instead}");
}
