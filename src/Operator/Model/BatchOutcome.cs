using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Operator.Model;

/// <summary>What a batch has come to: it has succeeded, or why it has failed.</summary>
internal sealed record BatchOutcome(PipelinePhase Phase, string Message)
{
    /// <summary>A crash is repeated so often; what a media operator itself calls a failure is not repeated at all.</summary>
    private const int RestartsMax = 6;

    /// <summary>Null while it runs, and for pipelines that never end. What was once decided about a generation stands.</summary>
    public static BatchOutcome? Of(
        PipelineGraph graph, long generation, PipelineStatus? before, IReadOnlyList<PodSlot> slots, IReadOnlyList<PodView> pods,
            Func<PodView, SidecarReport> report)
    {
        if (graph.Execution != Execution.Batch)
            return null;
        if (before is { Phase: PipelinePhase.Succeeded or PipelinePhase.Failed } && before.ObservedGeneration == generation)
            return new(before.Phase.Value, before.Conditions.FirstOrDefault(one => one.Type == Reasons.ReadyType)?.Message ?? "");
        if (pods.Select(pod => Failure(pod, report(pod))).FirstOrDefault(failure => failure is not null) is { } reason)
            return new(PipelinePhase.Failed, reason);
        // A media operator that is scaled to 0 has not completed.
        return graph.Operators.All(node => node.ReplicaCount > 0)
            && slots.All(slot => pods.Any(pod => pod.Stable == slot.Stable && pod.State == PodState.Succeeded))
            ? new(PipelinePhase.Succeeded, "every media operator has completed")
            : null;
    }

    private static string? Failure(PodView pod, SidecarReport report)
    {
        if (report.Status?.Operators.FirstOrDefault(one => one.State == MediaOperatorState.Failed) is { } failed)
            return $"operator '{failed.Name}' (replica {failed.Replica}) failed: {failed.Reason}";
        return pod.Restarts > RestartsMax
            ? $"pod {pod.Name} was restarted {pod.Restarts} times: {pod.PodIssue?.Message ?? "its containers end with errors"}"
            : null;
    }
}
