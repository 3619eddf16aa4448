using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Control.Status;

/// <summary>What a sidecar knows of itself, its edges, media operators and links at one moment.</summary>
/// <param name="Incarnation">Differs for each life of the process.</param>
/// <param name="Plan">In force; null before the first one.</param>
/// <param name="Finished">Every media operator of the plan has completed and every link is drained.</param>
/// <param name="MonotonicNanoseconds">When this was read: rates are differences of two statuses over this.</param>
public sealed record SidecarStatus(
    string Pod,
    string Incarnation,
    PlanVersion? Plan,
    bool Draining,
    bool Finished,
    long MonotonicNanoseconds,
    IReadOnlyList<EdgeStatus> Edges,
    IReadOnlyList<MediaOperatorReport> Operators,
    IReadOnlyList<LinkStatus> Links)
{
    /// <summary>What became of the RDMA device; null where transport is TCP, and before the first plan.</summary>
    public RdmaStatus? Rdma { get; init; }
}
