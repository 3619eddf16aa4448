using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Reconcile;

namespace K8sMediaFlow.Operator.Model;

/// <summary>Whether a pod's node is there, and whether pods are to leave it.</summary>
/// <param name="Fault">Why it counts as lost, or null.</param>
/// <param name="LostAt">When a silent node may count as lost, where it does not yet.</param>
/// <param name="Leaving">It is being emptied: cordoned, or marked by who takes it away.</param>
internal readonly record struct NodeHealth(string? Fault, DateTimeOffset? LostAt, bool Leaving)
{
    /// <summary>
    /// What autoscalers put on a node that they drain. A mere candidate (DeletionCandidateOfClusterAutoscaler) is none yet.
    /// </summary>
    private static readonly string[] DrainTaints = ["ToBeDeletedByClusterAutoscaler", "karpenter.sh/disrupted", "karpenter.sh/disruption"];

    /// <summary>It looks lost as far as the store knows; whether it is, <see cref="NodeBrake"/> decides.</summary>
    public NodeSuspicion? Suspicion { get; init; }

    /// <summary>Why nothing is done about it although it looks lost, or null.</summary>
    public string? Withheld { get; init; }

    public static bool IsLeaving(Node node) => node.Spec?.Unschedulable == true ||
        node.Spec?.Taints?.Any(taint => taint.Effect is "NoSchedule" or "NoExecute" && DrainTaints.Contains(taint.Key)) == true;

    /// <summary>A node without a condition has only just come.</summary>
    public static bool IsReady(Node node) =>
        node.Status?.Conditions?.FirstOrDefault(one => one.Type == "Ready") is null or { Status: "True" };

    /// <summary>A node is suspected after it has been silent for the given time, and when the store does not have it.</summary>
    public static NodeHealth Of(string? name, Node? node, TimeSpan patience, DateTimeOffset now)
    {
        if (name is null)
            return default;
        if (node is null)
            return new(null, now, false) { Suspicion = new(name, null) };
        var leaving = IsLeaving(node);
        if (IsReady(node) || node.Status!.Conditions!.First(one => one.Type == "Ready").LastTransitionTime is not { } since)
            return new(null, null, leaving);
        return new(null, since + patience, leaving) { Suspicion = now >= since + patience ? new(name, since) : null };
    }
}

/// <summary>A node that looks lost.</summary>
/// <param name="Node">Its name.</param>
/// <param name="SilentSince">When it was last known to be ready; null where the store does not have it at all.</param>
internal sealed record NodeSuspicion(string Node, DateTimeOffset? SilentSince)
{
    public string Words(DateTimeOffset now) => SilentSince is { } since
        ? $"node {Node} has not been ready for {(now - since).TotalSeconds:0} s" : $"node {Node} is gone";
}

/// <summary>How many nodes there are.</summary>
internal readonly record struct FleetCount(int Ready, int NotReady)
{
    private const int FewMax = 2;
    private const double MostPart = 0.55;

    public static FleetCount Of(IEnumerable<Node> nodes)
    {
        var ready = nodes.CountBy(NodeHealth.IsReady).ToDictionary();
        return new(ready.GetValueOrDefault(true), ready.GetValueOrDefault(false));
    }

    /// <summary>
    /// When most nodes are silent at once, it is rather the control plane that does not hear them, and there is nowhere to go. The same
    /// numbers as the node lifecycle controller's.
    /// </summary>
    public string? Stop => Ready == 0 ? "no node is ready" : NotReady > FewMax && NotReady >= MostPart * (Ready + NotReady)
        ? $"{NotReady} of {Ready + NotReady} nodes are not ready" : null;
}
