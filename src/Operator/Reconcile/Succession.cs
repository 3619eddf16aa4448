using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>
/// How a pod that works is followed by another one: on a node that is being emptied, and when the template has changed. The successor comes
/// first and stands by: scheduled, its images there, its containers running and its sidecar answering; then the pod goes, keeps its peers
/// until it is empty, and only when it has ended the successor gets them. A successor that cannot come leaves the pod where it is. See
/// decision 0020.
/// </summary>
internal static class Succession
{
    /// <summary>
    /// For so long a successor may fail to come before an eviction of the pod is let through, or a pod that has what it waits for makes
    /// room.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// For so long a successor from another template has to run without an end: what cannot start often ends within a second or two.
    /// </summary>
    public static readonly TimeSpan Proof = TimeSpan.FromSeconds(5);

    public static SlotDecision Decide(PodSlot slot, List<PodView> living, IReadOnlyList<PodView> pods, SlotContext context,
        DateTimeOffset? again)
    {
        var holder = SlotPods.Holder(living);
        Invariant.That(holder is not null);
        var outdated = holder.Hash != context.Hash && holder.State != PodState.Succeeded;
        var leaves = outdated || (holder.Leaving && holder.State != PodState.Succeeded);
        var standby = leaves
            ? living.Skip(living.IndexOf(holder) + 1).LastOrDefault(pod => pod.Hash == context.Hash && !pod.Leaving)
            : null;
        var stays = new SlotDecision(slot, holder, Incarnation(slot, standby ?? holder, context), false, Surplus(living, holder, standby),
            again)
        { Standby = standby, IsOutdated = outdated };
        if (!leaves)
            return stays;
        if (outdated && standby is null && !holder.Ready && (holder.PodIssue is not null || holder.State == PodState.Pending))
            return stays with { Removals = [.. stays.Removals, Replaced(holder, "what it was made from has changed")] };
        return standby is null ? Await(stays, holder, pods, context) : HandOver(stays, holder, standby, context);
    }

    /// <summary>Nothing stands by yet.</summary>
    private static SlotDecision Await(SlotDecision stays, PodView holder, IReadOnlyList<PodView> pods, SlotContext context)
    {
        if (!holder.Leaving && holder.Ready && !context.Gate.MayRoll)
            return stays with { LookAgainAt = SlotDecisions.Earlier(stays.LookAgainAt, context.Now + PodView.SettlingMax) };
        var isRefused = context.Now >= context.Refused?.Since + Patience;
        if (isRefused && !holder.Leaving && context.Gate.MayGiveUp && holder.MakesRoomFor(context.Refused!))
            return stays with { Removals = [.. stays.Removals, Replaced(holder, "the server lets no second pod be made beside it")] };
        if (context.Now < context.NotBefore)
            return stays with { LookAgainAt = SlotDecisions.Earlier(stays.LookAgainAt, context.NotBefore) };
        return stays with
        {
            Incarnation = Next(stays.Slot, holder, pods, context),
            Make = true,
            Yields = holder.Leaving && isRefused,
        };
    }

    private static SlotDecision HandOver(SlotDecision stays, PodView holder, PodView standby, SlotContext context)
    {
        var waitedFor = standby.CreatedAt + Patience;
        var isLong = context.Now >= waitedFor;
        var (ready, provenAt) = Stands(standby, context, stays.IsOutdated);
        var makesRoom = isLong && !holder.Leaving && holder.MakesRoomFor(standby);
        if (!holder.Ready ? ready || makesRoom : (ready || makesRoom) && context.Gate.MayGiveUp)
            return stays with
            {
                Removals = [.. stays.Removals,
                Replaced(holder, ready ? $"pod {standby.Name} takes its place" : $"pod {standby.Name} waits for the room that it has")]
            };
        return stays with
        {
            Yields = holder.Leaving && isLong,
            LookAgainAt = SlotDecisions.Earlier(SlotDecisions.Earlier(stays.LookAgainAt, isLong ? null : waitedFor), provenAt),
        };
    }

    /// <summary>Whether it stands by, and where it only has to run for a while, until when.</summary>
    private static (bool Ready, DateTimeOffset? ProvenAt) Stands(PodView standby, SlotContext context, bool isOther)
    {
        if (!standby.Started || !standby.Answers || standby.PodIssue is not null)
            return (false, null);
        var provenAt = isOther ? (standby.StartedAt ?? standby.CreatedAt) + Proof : context.Now;
        return provenAt <= context.Now ? (true, null) : (false, provenAt);
    }

    /// <summary>The incarnation after the holder's that no pod has which is still there: one that stood by in vain may be ending.</summary>
    private static string Next(PodSlot slot, PodView holder, IReadOnlyList<PodView> pods, SlotContext context)
    {
        var next = PodNames.Next(context.Uid, slot.Stable, PodNames.Incarnation(slot.Stable, holder.Name) ?? context.Recorded);
        while (pods.Any(pod => pod.Name == PodNames.Of(slot.Stable, next)))
            next = PodNames.Next(context.Uid, slot.Stable, next);
        return next;
    }

    private static List<Removal> Surplus(List<PodView> living, PodView holder, PodView? standby) =>
        [.. living.Where(pod => pod != holder && pod != standby)
        .Select(pod => new Removal(pod, Reasons.PodRemoved,
            living.IndexOf(pod) > living.IndexOf(holder) ? $"pod {pod.Name} goes: pod {holder.Name} stays"
            : $"pod {pod.Name} goes: pod {holder.Name} has taken its place"))];

    private static string Incarnation(PodSlot slot, PodView pod, SlotContext context) =>
        PodNames.Incarnation(slot.Stable, pod.Name) ?? context.Recorded ?? PodNames.Next(context.Uid, slot.Stable, null);

    private static Removal Replaced(PodView pod, string why) => new(pod, Reasons.PodReplaced, $"pod {pod.Name} is replaced: {why}");
}
