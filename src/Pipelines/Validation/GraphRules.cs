using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Pipelines.Validation;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>
/// What must hold in a pipeline before anything is made from it. The same rules serve the command line, the webhook and the
/// controller, so that a document is refused everywhere or nowhere.
/// </summary>
public static class GraphRules
{
    /// <summary>
    /// Everything that is wrong, in the order of the document's parts; empty for a pipeline that can be planned. Never throws.
    /// </summary>
    public static IReadOnlyList<GraphViolation> Check(PipelineGraph graph)
    {
        var violations = CheckDocument(graph);
        if (violations.Count == 0)
            violations = [.. MemoryRule.Check(graph)];
        if (violations.Count > 0)
            return violations;
        var largest = graph.Largest();
        return [.. PlanSizeRule.Check(largest, Placement.Of(largest))];
    }

    /// <summary>As <see cref="Check"/>, and what a pipeline needs in a cluster beside: the webhook's and the controller's rules.</summary>
    public static IReadOnlyList<GraphViolation> CheckForCluster(PipelineGraph graph) => [.. Check(graph), .. DeviceRules.InCluster(graph)];

    /// <summary>All rules but the sums, which need the planner's options.</summary>
    internal static IReadOnlyList<GraphViolation> CheckDocument(PipelineGraph graph) =>
        BoundRules.Sizes(graph).ToList() is { Count: > 0 } sizes ? sizes : OfDocument(graph, new GraphIndex(graph));

    /// <summary>What is allowed and yet perhaps not meant. Says nothing about a graph that breaks a rule.</summary>
    public static IReadOnlyList<GraphViolation> Warnings(PipelineGraph graph) =>
        Check(graph).Count > 0
            ? []
            : [.. DeviceRules.InCluster(graph), .. WarningRules.Check(new GraphIndex(graph)), .. MemoryRule.Warnings(graph)];

    private static List<GraphViolation> OfDocument(PipelineGraph graph, GraphIndex index) =>
        [
            .. SupportRules.Check(graph),
            .. NameRules.Check(graph),
            .. BoundRules.Check(graph),
            .. BlockRules.Check(graph),
            .. DeviceRules.Check(graph),
            .. EdgeRules.Check(index),
            .. ConnectionRules.Check(index),
            .. CycleRule.Check(index),
            .. MediaRules.Check(index),
            .. OrderRules.Check(index),
            .. PairRules.Check(index),
            .. GroupRules.Check(graph),
            .. PodRules.Check(graph),
            .. ContainerRules.Check(graph),
            .. AmountRules.Check(graph),
            .. VolumeRules.Check(graph),
        ];
}
