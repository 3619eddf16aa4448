using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Status;

/// <summary>One answer of a condition.</summary>
internal readonly record struct Answer(bool? Holds, string Reason, string Message)
{
    public string Status => Holds switch { true => "True", false => "False", null => "Unknown" };
}

/// <summary>
/// Whether every pod of the pipeline is ready, and if not, the first thing that keeps one from it; what may pass by itself comes after what
/// will not.
/// </summary>
internal static class ReadyCondition
{
    public static Answer Of(StatusInput input)
    {
        if (input.Accepted is null)
            return new(false, Reasons.NotAccepted, "the pipeline was never accepted: see condition Accepted");
        if (input.Outcome is { } outcome)
            return outcome.Phase == PipelinePhase.Succeeded
                ? new(true, Reasons.Succeeded, outcome.Message)
                : new(false, Reasons.OperatorFailed, outcome.Message);
        var waiting = input.Slots.Where(slot => !IsReady(slot)).ToList();
        if (waiting.Count == 0)
            return new(true, Reasons.AllReady, Count(input));
        // Nothing that the controller is kept from doing comes about by waiting.
        if (input.Stalled is { } stalled)
            return new(false, stalled.Reason, stalled.Message);
        return waiting.Select(PodIssue).OfType<PodIssue>().OrderBy(trouble => trouble.MayPass).FirstOrDefault() is { } trouble
            ? new(false, trouble.Reason, trouble.Message)
            : new(false, Pending(waiting), $"{Count(input)}; waiting for {Names(waiting)}");
    }

    public static bool IsReady(SlotDecision slot) => slot.Current is { } pod && (pod.Ready || pod.State == PodState.Succeeded);

    private static PodIssue? PodIssue(SlotDecision slot) =>
        slot.Removals.Select(one => one.Pod.NodeFault is null ? null : new PodIssue(Reasons.NodeLost, one.Message))
            .FirstOrDefault(one => one is not null) ?? slot.Current?.PodIssue;

    private static string Pending(List<SlotDecision> waiting) =>
        waiting.Any(slot => slot.Current is null or { State: PodState.Pending }) ? Reasons.PodsPending : Reasons.PodNotReady;

    private static string Count(StatusInput input) => $"{input.Slots.Count(IsReady)} of {input.Slots.Count} pods are ready{Idle(input)}";

    private static string Idle(StatusInput input) =>
        input.Idle.Count == 0
            ? ""
            : $"; {string.Join(", ", input.Idle.Select(name => $"'{name}'"))} {(input.Idle.Count == 1 ? "is" : "are")} scaled to 0";

    private static string Names(List<SlotDecision> slots) =>
        string.Join(", ", slots.Take(3).Select(slot => slot.Slot.Stable)) + (slots.Count > 3 ? $" and {slots.Count - 3} more" : "");
}
