using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>The decisions about all slots of a pipeline, and about pods that are in none.</summary>
internal sealed record SlotPlan(IReadOnlyList<SlotDecision> Slots, IReadOnlyList<Removal> Removals)
{
    /// <summary>What keeps a rollout from going on, or null.</summary>
    public PodIssue? Stopped { get; init; }
}

internal static class SlotPlanner
{
    public static SlotPlan Decide(
        RenderInput input, IReadOnlyList<PodView> pods, PipelineMemory memory, PipelineStatus? before, string pipelineUid,
            BatchOutcome? outcome, DateTimeOffset now)
    {
        var board = new SlotBoard(input, pods, pipelineUid, now);
        var slots = new List<SlotDecision>();
        foreach (var slot in board.Slots)
        {
            var decision = Decide(slot, board, memory, before, pipelineUid, outcome, now);
            board.Take(decision);
            slots.Add(decision);
        }
        if (outcome is null)
            RequireOneAtATime(slots);
        return new(slots, [.. slots.SelectMany(slot => slot.Removals), .. Surplus(slots, pods)])
        {
            Stopped = outcome is null
            ? RolloutStop.Of(slots, memory.Refused, input.AcceptedGeneration, now) : null
        };
    }

    /// <summary>Pods that are in no slot.</summary>
    private static IEnumerable<Removal> Surplus(List<SlotDecision> slots, IReadOnlyList<PodView> pods)
    {
        var known = slots.Select(slot => slot.Slot.Stable).ToHashSet();
        Invariant.That(known.Count == slots.Count);
        return pods.Where(pod => !known.Contains(pod.Stable) && !pod.Terminating)
            .Select(pod => new Removal(pod, Reasons.PodRemoved, $"pod {pod.Name} is no longer part of the pipeline"));
    }

    /// <summary>What the gates are for: of pods that work, one plan gives up one at most, and lets one roll at most.</summary>
    private static void RequireOneAtATime(List<SlotDecision> slots)
    {
        Invariant.That(slots.Count(GivesUpReady) <= 1);
        Invariant.That(slots.Count(slot => slot is { Make: true, IsOutdated: true, Current: { Ready: true, Leaving: false } }) <= 1);
    }

    private static bool GivesUpReady(SlotDecision slot) =>
        slot.Current is { Ready: true } current && slot.Removals.Any(one => ReferenceEquals(one.Pod, current));

    private static SlotDecision Decide(PodSlot slot, SlotBoard board, PipelineMemory memory, PipelineStatus? before, string uid,
        BatchOutcome? outcome, DateTimeOffset now)
    {
        var recorded = before?.Pods.FirstOrDefault(one => one.Name == slot.Stable)?.Incarnation;
        if (outcome is not null)
            return Ended(slot, board.PodsOf(slot), recorded, outcome);
        var seen = recorded is not null && memory.HasSeen(slot.Stable, PodNames.Of(slot.Stable, recorded));
        var history = memory.Restarts.GetValueOrDefault(slot.Stable, RestartHistory.None);
        return SlotDecisions.Decide(slot, board.PodsOf(slot),
            new(uid, string.IsNullOrEmpty(recorded) ? null : recorded, seen, board.HashOf(slot), board.GateOf(slot), history.NotBefore, now)
            {
                Refused = memory.Refused.GetValueOrDefault(slot.Stable),
            });
    }

    /// <summary>What has ended is kept for its logs; after a failure what still runs, or would be restarted for ever, is not.</summary>
    private static SlotDecision Ended(PodSlot slot, IReadOnlyList<PodView> pods, string? recorded, BatchOutcome outcome)
    {
        Invariant.That(outcome.Phase is PipelinePhase.Succeeded or PipelinePhase.Failed);
        var current = pods.Count > 0 ? pods[^1] : null;
        var useless = outcome.Phase == PipelinePhase.Failed
            ? pods.Where(pod => !pod.Terminating && pod.State is PodState.Pending or PodState.Running)
                .Select(pod => new Removal(pod, Reasons.PodRemoved, $"pod {pod.Name} ends: {outcome.Message}")).ToList()
            : [];
        return new(slot, current, recorded ?? "", false, useless, null);
    }
}
