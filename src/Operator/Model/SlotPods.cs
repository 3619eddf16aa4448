using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Model;

/// <summary>Which of a slot's pods does its work.</summary>
internal static class SlotPods
{
    /// <summary>
    /// Oldest first. The API server's times are whole seconds: of two pods that were made within one, the successor is the one whose name
    /// follows from the other's.
    /// </summary>
    /// <param name="pods">Of one slot.</param>
    /// <param name="pipelineUid">From which names follow.</param>
    public static IReadOnlyList<PodView> InOrder(IEnumerable<PodView> pods, string pipelineUid)
    {
        var all = pods.ToList();
        return [.. all.OrderBy(pod => pod.CreatedAt)
            .ThenBy(pod => all.Count(other => !ReferenceEquals(other, pod) && other.CreatedAt == pod.CreatedAt
                && PodNames.Follows(pipelineUid, pod.Stable, pod.Name, other.Name)))
            .ThenBy(pod => pod.Name, StringComparer.Ordinal)];
    }

    /// <summary>In the order given.</summary>
    public static List<PodView> Living(IEnumerable<PodView> pods) =>
        [.. pods.Where(pod => !pod.Terminating && !pod.Lost && pod.State != PodState.Failed)];

    /// <summary>The newest that has got the peers; where none has, the oldest: others came to stand by it.</summary>
    public static PodView? Holder(IReadOnlyList<PodView> living) =>
        living.LastOrDefault(pod => pod.HoldsPeers) ?? (living.Count > 0 ? living[0] : null);

    /// <summary>
    /// The pod that is ending in peace. One whose node does not answer may have ended long ago, and what it held comes again from upstream:
    /// it keeps no other pod waiting. Nor does one whose containers have ended.
    /// </summary>
    public static PodView? Ending(IEnumerable<PodView> pods) =>
        pods.LastOrDefault(pod => pod is { IsEnding: true, NodeLostAt: null });
}
