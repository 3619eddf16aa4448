using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Operator.Desired;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>The decisions about all slots of a pipeline, and about pods that stand in none.</summary>
internal sealed record SlotPlan(IReadOnlyList<SlotDecision> Slots, IReadOnlyList<Removal> Removals);

internal static class SlotPlanner
{
    public static SlotPlan Decide(
        RenderInput input, IReadOnlyList<PodView> pods, PipelineMemory memory, PipelineStatus? before, string pipelineUid, BatchOutcome? outcome, DateTimeOffset now)
    {
        var byStable = pods.ToLookup(pod => pod.Stable);
        var slots = new List<SlotDecision>();
        // One at a time: a pod that ends brings what it holds to others, and a unit whose pods are not all ready is rolled no further.
        var moving = input.Units.SelectMany(unit => unit.Slots).Any(slot => !byStable[slot.Stable].Any() || byStable[slot.Stable].Any(pod => pod.IsMoving(now)));
        foreach (var unit in input.Units)
        {
            var parts = input.Parts(unit);
            var mayRoll = !moving && unit.Slots.All(slot => byStable[slot.Stable].Any(pod => pod is { Ready: true, Terminating: false } or { State: PodState.Succeeded }));
            foreach (var slot in unit.Slots)
            {
                var decision = Decide(slot, [.. byStable[slot.Stable]], memory, before, pipelineUid, TemplateHash.Of(parts, slot), mayRoll, outcome, now);
                moving |= decision.Removals.Count > 0;
                mayRoll &= !moving;
                slots.Add(decision);
            }
        }
        var known = slots.Select(slot => slot.Slot.Stable).ToHashSet();
        var surplus = pods.Where(pod => !known.Contains(pod.Stable) && !pod.Terminating)
            .Select(pod => new Removal(pod, Reasons.PodRemoved, $"pod {pod.Name} is no longer part of the pipeline"));
        return new(slots, [.. slots.SelectMany(slot => slot.Removals), .. surplus]);
    }

    private static SlotDecision Decide(
        PodSlot slot, IReadOnlyList<PodView> pods, PipelineMemory memory, PipelineStatus? before, string uid, string hash, bool mayRoll, BatchOutcome? outcome, DateTimeOffset now)
    {
        var recorded = before?.Pods.FirstOrDefault(one => one.Name == slot.Stable)?.Incarnation;
        if (outcome is not null)
            return Ended(slot, pods, recorded, outcome);
        var seen = recorded is not null && memory.HasSeen(slot.Stable, PodNames.Of(slot.Stable, recorded));
        var history = memory.Restarts.GetValueOrDefault(slot.Stable, RestartHistory.None);
        return SlotDecisions.Decide(slot, pods, new(uid, string.IsNullOrEmpty(recorded) ? null : recorded, seen, hash, mayRoll, history.NotBefore, now));
    }

    /// <summary>What has ended is kept for its logs; after a failure what still runs, or would be restarted for ever, is not.</summary>
    private static SlotDecision Ended(PodSlot slot, IReadOnlyList<PodView> pods, string? recorded, BatchOutcome outcome)
    {
        var current = pods.OrderBy(pod => pod.CreatedAt).LastOrDefault();
        var useless = outcome.Phase == PipelinePhase.Failed
            ? pods.Where(pod => !pod.Terminating && pod.State is PodState.Pending or PodState.Running)
                .Select(pod => new Removal(pod, Reasons.PodRemoved, $"pod {pod.Name} ends: {outcome.Message}")).ToList()
            : [];
        return new(slot, current, recorded ?? "", false, useless, null);
    }
}
