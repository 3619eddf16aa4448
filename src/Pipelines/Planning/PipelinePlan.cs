using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>
/// A whole pipeline planned: a document per sidecar, the sums behind them, and what the planner would not do without a word.
/// </summary>
public sealed record PipelinePlan(
    IReadOnlyList<SidecarPlan> Sidecars,
    IReadOnlyList<RegionSizing> Regions,
    IReadOnlyList<GraphViolation> Warnings)
{
    /// <summary>Every edge once, in the order of the document.</summary>
    public IReadOnlyList<EdgePlan> Edges { get; init; } = [];
}

/// <summary>The planner does not plan this graph; the violations say why.</summary>
public sealed class PlanRefusedException(IReadOnlyList<GraphViolation> violations)
    : Exception(string.Join(Environment.NewLine, violations))
{
    public IReadOnlyList<GraphViolation> Violations { get; } = violations;
}
