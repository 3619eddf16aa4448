namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>Which of a slot's pods does its work.</summary>
internal static class SlotPods
{
    /// <summary>Oldest first.</summary>
    public static List<PodView> Living(IEnumerable<PodView> pods) =>
        [.. pods.Where(pod => !pod.Terminating && !pod.Lost && pod.State != PodState.Failed).OrderBy(pod => pod.CreatedAt).ThenBy(pod =>
            pod.Name, StringComparer.Ordinal)];

    /// <summary>The newest that has got the peers; where none has, the oldest: others came to stand by it.</summary>
    public static PodView? Holder(IReadOnlyList<PodView> living) =>
        living.LastOrDefault(pod => pod.HoldsPeers) ?? (living.Count > 0 ? living[0] : null);

    /// <summary>
    /// The pod that is ending in peace. One whose node does not answer may have ended long ago, and what it held comes again from upstream:
    /// it keeps nobody waiting. Nor does one whose containers have ended and that a finalizer keeps.
    /// </summary>
    public static PodView? Ending(IEnumerable<PodView> pods) =>
        pods.Where(pod => pod is { Terminating: true, Lost: false, NodeLostAt: null, State: PodState.Pending or PodState.Running })
            .MaxBy(pod => pod.CreatedAt);
}
