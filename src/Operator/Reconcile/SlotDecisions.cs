using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>
/// One slot has one pod that works. It is replaced when it failed, when its node is lost, when it was made from another template, and when
/// its node is being emptied. A pod that is ending is waited for, since two of one name would write to one volume; that of a lost node is
/// not: links are fenced by their epochs. How a healthy pod is followed by another one is <see cref="Succession"/>'s.
/// </summary>
internal static class SlotDecisions
{
    /// <param name="slot">Which.</param>
    /// <param name="pods">Its pods, oldest first.</param>
    /// <param name="context">What else it depends on.</param>
    public static SlotDecision Decide(PodSlot slot, IReadOnlyList<PodView> pods, SlotContext context)
    {
        var removals = pods.Where(pod => !pod.Terminating && (pod.Lost || pod.State == PodState.Failed)).Select(Gone).ToList();
        var again = pods.Select(pod => pod.NodeLostAt).Where(at => at is not null).Min();
        var living = SlotPods.Living(pods);
        var decision = living.Count == 0 ? Empty(slot, pods, context, again) : Succession.Decide(slot, living, pods, context, again);
        var ending = SlotPods.Ending(pods);
        return Checked(living, decision with
        {
            Removals = [.. removals, .. decision.Removals],
            Ending = ending is not null && !living.Any(pod => pod.HoldsPeers) ? ending : null,
        });
    }

    /// <summary>One pod of a slot works, one more at most stands by it or is made, and only pods that live are counted on.</summary>
    private static SlotDecision Checked(List<PodView> living, SlotDecision decision)
    {
        Invariant.That(decision.Current is null ? living.Count == 0 : living.Contains(decision.Current));
        Invariant.That(decision.Standby is null || (living.Contains(decision.Standby) && decision.Standby != decision.Current));
        Invariant.That(!decision.Make || (decision.Standby is null && decision.Incarnation.Length > 0));
        Invariant.That(decision.Ending is null || decision.Ending != decision.Current);
        return decision;
    }

    private static SlotDecision Empty(PodSlot slot, IReadOnlyList<PodView> pods, SlotContext context, DateTimeOffset? again)
    {
        var recorded = context.Recorded;
        var used = recorded is not null && (context.Seen || pods.Any(pod => pod.Name == PodNames.Of(slot.Stable, recorded)));
        if (pods.Any(pod => pod.IsEnding))
            return new(slot, null, recorded ?? PodNames.Next(context.Uid, slot.Stable, null), false, [], again);
        var next = recorded is null || used ? PodNames.Next(context.Uid, slot.Stable, recorded) : recorded;
        return context.Now < context.NotBefore
            ? new(slot, null, recorded ?? next, false, [], Earlier(again, context.NotBefore))
            : new(slot, null, next, true, [], again);
    }

    public static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;

    private static Removal Gone(PodView pod) => pod.NodeFault is { } fault
        ? new(pod, Reasons.NodeLost, $"pod {pod.Name} is replaced: {fault}")
        : new(pod, Reasons.PodReplaced, $"pod {pod.Name} is replaced: {pod.PodIssue?.Message ?? "it failed"}");
}
