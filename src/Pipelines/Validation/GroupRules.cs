using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>
/// Groups name operators that exist, each operator at most once per mode, and no group's pods are confused with an operator's.
/// </summary>
internal static class GroupRules
{
    internal static IEnumerable<GraphViolation> Check(PipelineGraph graph) =>
        graph.Groups.SelectMany((group, i) => OfGroup(graph, group, $"spec.groups[{i}]"));

    private static IEnumerable<GraphViolation> OfGroup(PipelineGraph graph, MediaOperatorGroup group, string at)
    {
        if (group.Operators.Count == 0)
            yield return new($"{at}.operators", GraphReason.Empty, $"group '{group.Name}' has no operators");
        // Pods are named after the group, or after an operator without one: two stems that are alike would meet in one name.
        if (graph.Operators.Any(node => node.Name == group.Name) && !(group.Operators.Count == 1 && group.Operators[0] == group.Name))
            yield return new($"{at}.name", GraphReason.BadGroup,
                $"group '{group.Name}' has the name of an operator; their pods would be named alike");
        for (var i = 0; i < group.Operators.Count; i++)
            foreach (var violation in OfMember(graph, group, group.Operators[i], i, $"{at}.operators[{i}]"))
                yield return violation;
    }

    private static IEnumerable<GraphViolation> OfMember(PipelineGraph graph, MediaOperatorGroup group, string member, int i, string at)
    {
        if (graph.Operators.All(node => node.Name != member))
            yield return new(at, GraphReason.UnknownOperator,
                $"group '{group.Name}': there is no operator '{member}'{NameSuggestion.Hint(member, graph.Operators.Select(node => node.Name))}");
        else if (group.Operators.Take(i).Contains(member))
            yield return new(at, GraphReason.BadGroup, $"group '{group.Name}' names operator '{member}' twice");
        else if (graph.Groups.TakeWhile(other => other != group)
            .FirstOrDefault(other => other.Mode == group.Mode && other.Operators.Contains(member)) is { } other)
            yield return new(at, GraphReason.BadGroup, $"operator '{member}' is in group '{other.Name}' already");
    }
}
