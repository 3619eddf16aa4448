using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Status;

/// <summary>Whether every sidecar follows the newest plan and has the image that the controller would give it.</summary>
internal static class SidecarCondition
{
    public static Answer Of(StatusInput input)
    {
        if (input.Accepted is null)
            return new(null, Reasons.NotAccepted, "the pipeline was never accepted");
        if (input.Outcome is not null)
            return new(true, Reasons.UpToDate, "the batch has ended");
        foreach (var slot in input.Slots)
            if (input.Report(slot) is { Refusal.Length: > 0 } report)
                return new(false, Reasons.PlanRefused, $"pod {slot.Current!.Name}: {report.Refusal}");
        if (input.Slots.Any(slot => slot.Current is not null && (slot.IsOutdated || slot.Standby is not null || slot.Removals.Count > 0)))
            return new(false, Reasons.Updating, input.RolloutStopped?.Message ?? "pods are being replaced");
        if (input.Slots.FirstOrDefault(slot => slot.Current is null or not { State: PodState.Succeeded }
            && !input.Report(slot).HasPlan) is { } without)
            return new(false, Reasons.PlanPending, Pending(input, without));
        return input.SidecarImage == input.NewestSidecarImage
            ? new(true, Reasons.UpToDate, $"every sidecar follows its plan and has image {input.SidecarImage}")
            : input.Accepted.FollowsSidecar
            ? new(false, Reasons.UpdateWaiting,
                $"sidecars have image {input.SidecarImage}; {input.NewestSidecarImage} comes when other pipelines are done with their update (--sidecar-max-unavailable)")
            : new(false, Reasons.UpdateOnDemand,
                $"sidecars have image {input.SidecarImage}; {input.NewestSidecarImage} is to be had: set spec.sidecar.updatePolicy to Automatic to take it");
    }

    /// <summary>The same words before and after the pod is made: it is not worth a write of its own.</summary>
    private static string Pending(StatusInput input, SlotDecision slot) =>
        input.Report(slot).Unreachable is { Length: > 0 } why && slot.Current?.Started == true
        ? $"{slot.Slot.Stable} has no plan: {why}" : $"{slot.Slot.Stable} has no plan yet";
}
