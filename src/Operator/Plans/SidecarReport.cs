using K8sMediaFlow.Control.Status;

namespace K8sMediaFlow.Operator.Plans;

/// <summary>What is known of one sidecar: its last status, the rates between the last two, and what stands between it and its plan.</summary>
/// <param name="Status">Null before it answered.</param>
/// <param name="FramesPerSecond">By edge and side; empty before two statuses of one incarnation.</param>
/// <param name="HasPlan">It follows the plan that it should.</param>
/// <param name="Refusal">Why it does not take the plan; empty otherwise.</param>
/// <param name="Unreachable">Why it cannot be asked; empty otherwise.</param>
internal sealed record SidecarReport(
    SidecarStatus? Status, IReadOnlyDictionary<(string Edge, EdgeSide Side), double> FramesPerSecond, bool HasPlan, string Refusal, string Unreachable)
{
    /// <summary>Nothing is known yet of the sidecar, or of what it says to the first plan, and not why either: this process has only just begun to speak with it.</summary>
    public bool IsUnheard => (Status is null || IsFirstPlanPending) && Refusal.Length == 0 && Unreachable.Length == 0;

    /// <summary>The first plan of this process is on its way.</summary>
    public bool IsFirstPlanPending { get; init; }

    /// <summary>Rates are known, of two statuses of one life.</summary>
    public bool IsCounted { get; init; }

    public static SidecarReport Unknown { get; } = new(null, new Dictionary<(string, EdgeSide), double>(), false, "", "");

    /// <summary>What conditions depend on: a change of it is looked at at once, a change of figures is not.</summary>
    public string Signature => Status is null ? $"{HasPlan}|{Refusal}|{Unreachable}" : string.Join('|',
        [$"{HasPlan}", Refusal, Unreachable, Status.Incarnation, $"{Status.Plan}", $"{Status.Draining}", $"{Status.Finished}",
            .. Status.Operators.Select(one => $"{one.Name}/{one.Replica}={one.State} {one.Reason}"),
            .. Status.Links.Select(one => $"{one.Edge}/{one.PeerPod}/{one.Direction}={one.State} {one.Reason} {one.Way} {one.WayReason}"),
            $"{Status.Rdma?.Usable} {Status.Rdma?.Device} {Status.Rdma?.Obstacle}"]);

    /// <summary>The report after another status; rates are those since the one before, of the same life of the sidecar.</summary>
    public SidecarReport With(SidecarStatus next, bool hasPlan)
    {
        var seconds = Status is { } before && before.Incarnation == next.Incarnation ? (next.MonotonicNanoseconds - before.MonotonicNanoseconds) / 1e9 : 0;
        var rates = seconds <= 0 ? FramesPerSecond : next.Edges.ToDictionary(edge => (edge.Edge, edge.Side),
            edge => Math.Max(0, edge.Frames - (Status!.Edges.FirstOrDefault(one => one.Edge == edge.Edge && one.Side == edge.Side)?.Frames ?? 0)) / seconds);
        return this with { Status = next, FramesPerSecond = rates, IsCounted = IsCounted || seconds > 0, IsFirstPlanPending = IsFirstPlanPending && !hasPlan, HasPlan = hasPlan, Unreachable = "", Refusal = hasPlan ? "" : Refusal };
    }
}
