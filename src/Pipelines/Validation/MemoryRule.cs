using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>What the frames of a sound graph need in memory, by the planner's own sums on a placement without addresses.</summary>
internal static class MemoryRule
{
    internal static IEnumerable<GraphViolation> Check(PipelineGraph graph) => Sizing(graph).Violations;

    internal static IEnumerable<GraphViolation> Warnings(PipelineGraph graph) => Sizing(graph).Warnings;

    private static PipelineSizing Sizing(PipelineGraph graph)
    {
        var largest = graph.Largest();
        return PipelineSizing.Of(largest, Placement.Of(largest), PlannerOptions.Default);
    }
}
