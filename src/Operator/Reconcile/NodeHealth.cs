using K8sMediaFlow.Kubernetes.Objects;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>Whether a pod's node is there, and whether pods are to leave it.</summary>
/// <param name="Fault">Why it counts as lost, or null.</param>
/// <param name="LostAt">When a silent node may count as lost, where it does not yet.</param>
/// <param name="Leaving">It is being emptied: cordoned, or marked by who takes it away.</param>
internal readonly record struct NodeHealth(string? Fault, DateTimeOffset? LostAt, bool Leaving)
{
    /// <summary>What autoscalers put on a node that they drain. A mere candidate (DeletionCandidateOfClusterAutoscaler) is none yet.</summary>
    private static readonly string[] DrainTaints = ["ToBeDeletedByClusterAutoscaler", "karpenter.sh/disrupted", "karpenter.sh/disruption"];

    public static bool IsLeaving(Node node) => node.Spec?.Unschedulable == true ||
        node.Spec?.Taints?.Any(taint => taint.Effect is "NoSchedule" or "NoExecute" && DrainTaints.Contains(taint.Key)) == true;

    /// <summary>A silent node counts as lost after the given time; one that is not there any more, at once.</summary>
    public static NodeHealth Of(string? name, Node? node, TimeSpan patience, DateTimeOffset now)
    {
        if (name is null)
            return default;
        if (node is null)
            return new($"node {name} is gone", null, false);
        var ready = node.Status?.Conditions?.FirstOrDefault(one => one.Type == "Ready");
        var leaving = IsLeaving(node);
        if (ready is null or { Status: "True" } || ready.LastTransitionTime is not { } since)
            return new(null, null, leaving);
        var lostAt = since + patience;
        return now >= lostAt
            ? new($"node {name} has not been ready for {(now - since).TotalSeconds:0} s", null, leaving)
            : new(null, lostAt, leaving);
    }
}
