using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>The document that tells one sidecar its media operators, edges and links. Written by the planner, read with <see cref="PlanJson"/>.</summary>
public sealed record SidecarPlan(
    PlanVersion Version,
    string Namespace,
    string Pipeline,
    string Pod,
    Execution Execution,
    PollingPlan Polling,
    IReadOnlyList<OperatorPlan> Operators,
    IReadOnlyList<EdgePlan> Edges,
    IReadOnlyList<LinkPlan> Outbound,
    IReadOnlyList<LinkPlan> Inbound);

/// <summary>How everybody in the pod waits.</summary>
public sealed record PollingPlan(PollingMode Mode, int SpinMicroseconds);
