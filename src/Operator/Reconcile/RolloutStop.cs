using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>
/// Whether a change of the template can go no further, and what is in its way. The pods that it has not reached stay as they are.
/// </summary>
internal static class RolloutStop
{
    /// <param name="slots">As decided.</param>
    /// <param name="refused">The pods that the server refuses to make, by slot.</param>
    /// <param name="generation">Of the spec that is rolled out.</param>
    /// <param name="now">The time.</param>
    public static PodIssue? Of(IReadOnlyList<SlotDecision> slots, IReadOnlyDictionary<string, PodRefusal> refused, long generation,
        DateTimeOffset now)
    {
        var waiting = slots.Count(slot => slot.IsOutdated);
        if (waiting == 0)
            return null;
        var trouble = slots.Select(slot => Refused(slot, refused) ?? InTheWay(slot, generation, now)).FirstOrDefault(one =>
            one is not null);
        return trouble is null ? null : new(Reasons.RolloutStopped,
            $"{trouble.Reason}: {trouble.Message}; {waiting} of {slots.Count} pods are as they were before: correct the pipeline, or edit it back");
    }

    private static PodIssue? Refused(SlotDecision slot, IReadOnlyDictionary<string, PodRefusal> refused) =>
        slot is { IsOutdated: true, Make: true } && refused.TryGetValue(slot.Slot.Stable, out var answer)
            ? new(Reasons.ApiRefused, answer.Message) : null;

    private static PodIssue? InTheWay(SlotDecision slot, long generation, DateTimeOffset now)
    {
        if (slot is { IsOutdated: true, Standby: { } standby })
            return standby.PodIssue ?? Late(standby, standby.Started && standby.Answers, now);
        return slot is { IsOutdated: false, Current: { Ready: false, State: not PodState.Succeeded } current }
            && current.Generation == generation
            ? current.PodIssue ?? Late(current, false, now) : null;
    }

    private static PodIssue? Late(PodView pod, bool isThere, DateTimeOffset now) => isThere || now < pod.CreatedAt + PodView.SettlingMax
        ? null : new(Reasons.PodNotReady, $"pod {pod.Name} has not come up");
}
