using K8sMediaFlow.Control.Status;

namespace K8sMediaFlow.Operator.Model;

/// <summary>
/// What is known of one sidecar: its last status, the rates between the last two, and what keeps it from its plan.
/// </summary>
/// <param name="Status">Null before it answered.</param>
/// <param name="FramesPerSecond">By edge and side; empty before two statuses of one incarnation.</param>
/// <param name="HasPlan">It follows the plan that it should.</param>
/// <param name="Refusal">Why it does not take the plan; empty otherwise.</param>
/// <param name="Unreachable">Why it cannot be asked; empty otherwise.</param>
internal sealed record SidecarReport(
    SidecarStatus? Status, IReadOnlyDictionary<(string Edge, EdgeSide Side), double> FramesPerSecond, bool HasPlan, string Refusal,
        string Unreachable)
{
    /// <summary>
    /// Nothing is known yet of the sidecar, or of what it says to the first plan, and not why either: this process has only just begun to
    /// speak with it.
    /// </summary>
    public bool IsUnheard => (Status is null || IsFirstPlanPending) && Refusal.Length == 0 && Unreachable.Length == 0;

    /// <summary>The first plan of this process is on its way.</summary>
    public bool IsFirstPlanPending { get; init; }

    /// <summary>Rates are known, of two statuses of one life.</summary>
    public bool IsCounted { get; init; }

    /// <summary>
    /// What its parts of edges wait for. An edge whose consumer needs seconds for each frame waits and moves by turns: it is said to wait
    /// until it has not for 5 s, or everybody who watches would be told of each frame.
    /// </summary>
    public IReadOnlyDictionary<(string Edge, EdgeSide Side), EdgeWait> Waits { get; init; } =
        new Dictionary<(string, EdgeSide), EdgeWait>();

    /// <summary>By the sidecar's own clock, so that who is heard late does not seem to have gone on.</summary>
    private const long WaitsOnNanoseconds = 5_000_000_000;

    public static SidecarReport Unknown { get; } = new(null, new Dictionary<(string, EdgeSide), double>(), false, "", "");

    /// <summary>What conditions depend on: a change of it is looked at at once, a change of figures is not.</summary>
    public string Signature => Status is null ? $"{HasPlan}|{Refusal}|{Unreachable}" : string.Join('|',
        [$"{HasPlan}", Refusal, Unreachable, Status.Incarnation, $"{Status.Plan}", $"{Status.Draining}", $"{Status.Finished}",
            .. Status.Operators.Select(one => $"{one.Name}/{one.Replica}={one.State} {one.Reason}"),
            .. Status.Links.Select(one => $"{one.Edge}/{one.PeerPod}/{one.Direction}={one.State} {one.Reason} {one.Way} {one.WayReason}"),
            // Which edges wait, and not on how much: that is a figure.
            .. Waits.Keys.Order().Select(one => $"{one.Edge}/{one.Side} waits"),
            $"{Status.Rdma?.Usable} {Status.Rdma?.Device} {Status.Rdma?.Obstacle}"]);

    /// <summary>The report after another status; rates are those since the one before, of the same life of the sidecar.</summary>
    public SidecarReport With(SidecarStatus next, bool hasPlan)
    {
        var seconds = Status is { } before && before.Incarnation == next.Incarnation
            ? (next.MonotonicNanoseconds - before.MonotonicNanoseconds) / 1e9
            : 0;
        var rates = seconds <= 0 ? FramesPerSecond : next.Edges.ToDictionary(edge => (edge.Edge, edge.Side),
            edge => Math.Max(0, edge.Frames - (Status!.Edges.FirstOrDefault(one => one.Edge == edge.Edge && one.Side == edge.Side)?.Frames
                ?? 0)) / seconds);
        return this with
        {
            Status = next,
            Waits = WaitsAfter(next),
            FramesPerSecond = rates,
            IsCounted = IsCounted || seconds > 0,
            IsFirstPlanPending = IsFirstPlanPending && !hasPlan,
            HasPlan = hasPlan,
            Unreachable = "",
            Refusal = hasPlan ? "" : Refusal,
        };
    }

    private Dictionary<(string Edge, EdgeSide Side), EdgeWait> WaitsAfter(SidecarStatus next)
    {
        var now = next.MonotonicNanoseconds;
        var waits = Status?.Incarnation == next.Incarnation
            ? Waits.Where(one => now - one.Value.AtNanoseconds < WaitsOnNanoseconds).ToDictionary() : [];
        foreach (var edge in next.Edges.Where(edge => edge.WaitsFor.Length > 0))
            waits[(edge.Edge, edge.Side)] = new(edge.WaitsFor, now);
        return waits;
    }
}

/// <summary>What a part of an edge waits for, and when its sidecar said so last.</summary>
internal readonly record struct EdgeWait(string Words, long AtNanoseconds);
