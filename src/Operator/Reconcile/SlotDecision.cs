using K8sMediaFlow.Operator.Desired;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>A pod that is to go, and why.</summary>
internal sealed record Removal(PodView Pod, string Reason, string Message);

/// <summary>What to do about one slot.</summary>
/// <param name="Current">The pod that plans are sent to and peers are sent to find; null while there is none.</param>
/// <param name="Incarnation">To be recorded; the name of the pod that is, or is to be made.</param>
/// <param name="Make">That pod is to be made.</param>
/// <param name="LookAgainAt">When nothing but time will change the decision.</param>
internal sealed record SlotDecision(PodSlot Slot, PodView? Current, string Incarnation, bool Make, IReadOnlyList<Removal> Removals, DateTimeOffset? LookAgainAt)
{
    /// <summary>A pod that is ending and nobody follows yet. It is brought plans to its end: what it has still to bring away goes to peers that may move meanwhile.</summary>
    public PodView? Ending { get; init; }

    /// <summary>The pod in this slot that has a sidecar to speak with.</summary>
    public PodView? Reachable => Current ?? Ending;
}

/// <summary>What a decision about a slot depends on beside the pods.</summary>
/// <param name="Uid">Of the pipeline.</param>
/// <param name="Recorded">The incarnation on record, or null.</param>
/// <param name="Seen">That pod has been there: it is not on its way, it is gone.</param>
/// <param name="Hash">Of the template that a pod would be made from.</param>
/// <param name="MayRoll">No other pod of the pipeline comes or goes, and all of the unit are ready.</param>
/// <param name="NotBefore">A pod that keeps failing is made again after a pause.</param>
/// <param name="Now">The time.</param>
internal sealed record SlotContext(string Uid, string? Recorded, bool Seen, string Hash, bool MayRoll, DateTimeOffset NotBefore, DateTimeOffset Now);

/// <summary>
/// One slot has one pod. It is replaced when it failed, when its node is lost, when it was made from another template, and when its node is
/// being drained. A pod that is ending is waited for, since two of one name would write to one volume; that of a lost node is not: links are
/// fenced by their epochs.
/// </summary>
internal static class SlotDecisions
{
    /// <summary>How long a pod beside one on a draining node may take to start before the other goes anyway (a volume may be bound to that one).</summary>
    private static readonly TimeSpan SurgePatience = TimeSpan.FromSeconds(60);

    public static SlotDecision Decide(PodSlot slot, IReadOnlyList<PodView> pods, SlotContext context)
    {
        var removals = pods.Where(pod => !pod.Terminating && (pod.Lost || pod.State == PodState.Failed)).Select(Gone).ToList();
        var living = pods.Where(pod => !pod.Terminating && !pod.Lost && pod.State != PodState.Failed).OrderBy(pod => pod.CreatedAt).ThenBy(pod => pod.Name, StringComparer.Ordinal).ToList();
        var again = pods.Select(pod => pod.NodeLostAt).Where(at => at is not null).Min();
        return living.Count == 0
            ? Empty(slot, pods, context, removals, again)
            : Occupied(slot, living, context, removals, again);
    }

    private static SlotDecision Empty(PodSlot slot, IReadOnlyList<PodView> pods, SlotContext context, List<Removal> removals, DateTimeOffset? again)
    {
        var recorded = context.Recorded;
        var used = recorded is not null && (context.Seen || pods.Any(pod => pod.Name == PodNames.Of(slot.Stable, recorded)));
        if (pods.FirstOrDefault(pod => pod.Terminating && !pod.Lost) is { } ending)
            return new(slot, null, recorded ?? PodNames.Next(context.Uid, slot.Stable, null), false, removals, again) { Ending = ending };
        var next = recorded is null || used ? PodNames.Next(context.Uid, slot.Stable, recorded) : recorded;
        return context.Now < context.NotBefore
            ? new(slot, null, recorded ?? next, false, removals, Earlier(again, context.NotBefore))
            : new(slot, null, next, true, removals, again);
    }

    private static SlotDecision Occupied(PodSlot slot, List<PodView> living, SlotContext context, List<Removal> removals, DateTimeOffset? again)
    {
        var first = living[0];
        var incarnation = PodNames.Incarnation(slot.Stable, first.Name) ?? context.Recorded ?? PodNames.Next(context.Uid, slot.Stable, null);
        if (living.Count == 1 && first.Cordoned && first is { Ready: true, State: PodState.Running })
            return Surge(slot, first, context, removals, again);
        if (living.Count > 1)
            return Choose(slot, living, context, removals, again);
        if (first.Hash == context.Hash || first.State == PodState.Succeeded)
            return new(slot, first, incarnation, false, removals, again);
        if (first.Ready && !context.MayRoll)
            return new(slot, first, incarnation, false, removals, Earlier(again, context.Now + PodView.SettlingMax));
        removals.Add(new(first, Reasons.PodReplaced, $"pod {first.Name} is replaced: what it was made from has changed"));
        return new(slot, first, incarnation, false, removals, again);
    }

    /// <summary>The replacement first: it is scheduled and has its images and its sidecar before the pod on the draining node goes.</summary>
    private static SlotDecision Surge(PodSlot slot, PodView leaving, SlotContext context, List<Removal> removals, DateTimeOffset? again) =>
        new(slot, leaving, PodNames.Next(context.Uid, slot.Stable, PodNames.Incarnation(slot.Stable, leaving.Name) ?? context.Recorded), true, removals, again);

    private static SlotDecision Choose(PodSlot slot, List<PodView> living, SlotContext context, List<Removal> removals, DateTimeOffset? again)
    {
        // The newest is the replacement; until it has started the oldest goes on.
        var (oldest, newest) = (living[0], living[^1]);
        var waitedFor = newest.CreatedAt + SurgePatience;
        var over = newest.Started || context.Now >= waitedFor || !oldest.Cordoned;
        removals.AddRange(living.Take(over ? living.Count - 1 : 0).Select(pod => new Removal(pod, Reasons.PodReplaced, $"pod {pod.Name} goes: pod {newest.Name} takes its place")));
        removals.AddRange(living.Skip(1).SkipLast(1).Where(_ => !over).Select(pod => new Removal(pod, Reasons.PodRemoved, $"pod {pod.Name} is one too many")));
        return new(slot, oldest, PodNames.Incarnation(slot.Stable, newest.Name) ?? context.Recorded ?? "", false, removals, over ? again : Earlier(again, waitedFor));
    }

    private static Removal Gone(PodView pod) => pod.NodeFault is { } fault
        ? new(pod, Reasons.NodeLost, $"pod {pod.Name} is replaced: {fault}")
        : new(pod, Reasons.PodReplaced, $"pod {pod.Name} is replaced: {pod.Trouble?.Message ?? "it failed"}");

    private static DateTimeOffset Earlier(DateTimeOffset? one, DateTimeOffset other) => one is { } time && time < other ? time : other;
}
