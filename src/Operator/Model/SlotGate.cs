using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Model;

/// <summary>What the other slots of a pipeline allow one of them.</summary>
/// <param name="MayGiveUp">A healthy pod may go: no other slot is without one by our doing, and all others of its unit have one.</param>
/// <param name="MayRoll">A successor from another template may be made: none was that has not taken its place yet.</param>
internal readonly record struct SlotGate(bool MayGiveUp, bool MayRoll)
{
    public static SlotGate Open { get; } = new(true, true);

    public static SlotGate Closed { get; }
}

/// <summary>
/// One slot as others look at it. A healthy pod is given up only while all others are settled, so that at most one is away at a time, and a
/// rollout stops at the first pod that does not come up.
/// </summary>
/// <param name="IsHealthy">A pod of it is ready, or has completed.</param>
/// <param name="IsSettled">It comes or goes no more. A pod that fails by itself, from before the spec of now, is not waited for: the edit
/// may be its remedy.</param>
/// <param name="HasRollStandby">A pod from another template stands by.</param>
internal sealed record SlotState(bool IsHealthy, bool IsSettled, bool HasRollStandby)
{
    public static SlotState Of(IReadOnlyList<PodView> pods, string hash, long generation, Func<string, bool> isLinkExpected,
        DateTimeOffset now)
    {
        var living = SlotPods.Living(pods);
        var holder = SlotPods.Holder(living);
        var healthy = holder is { Ready: true } or { State: PodState.Succeeded };
        var coming = holder is not null && !healthy && ((holder.Hash == hash && holder.Generation == generation)
            || (holder.PodIssue is null && now < holder.CreatedAt + PodView.SettlingMax));
        var unlinked = healthy && holder!.Hash == hash && holder.LinksDown.Any(isLinkExpected);
        var leaving = pods.Any(pod => pod is { IsEnding: true, NodeLostAt: null });
        return new(healthy, holder is not null && !coming && !leaving && !unlinked, holder is { Leaving: false } && holder.Hash != hash
            && living[^1] != holder);
    }

    /// <summary>A link between two ends that are as they should be.</summary>
    public static bool IsUpToDate(IReadOnlyList<PodView> pods, string hash) =>
        SlotPods.Holder(SlotPods.Living(pods)) is { Ready: true } holder && holder.Hash == hash;
}
