using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Model;

/// <summary>A pod that is to go, and why.</summary>
internal sealed record Removal(PodView Pod, string Reason, string Message);

/// <summary>What to do about one slot.</summary>
/// <param name="Current">The pod that does the slot's work, or is to begin with it; null while there is none.</param>
/// <param name="Incarnation">To be recorded; the name of the pod that is, or is to be made.</param>
/// <param name="Make">That pod is to be made.</param>
/// <param name="LookAgainAt">When nothing but time will change the decision.</param>
internal sealed record SlotDecision(PodSlot Slot, PodView? Current, string Incarnation, bool Make, IReadOnlyList<Removal> Removals,
    DateTimeOffset? LookAgainAt)
{
    /// <summary>
    /// A pod that is ending and still has the slot's peers. It is brought plans to its end: what it has still to bring away goes to peers
    /// that may move meanwhile, and no successor takes them from it before it has ended.
    /// </summary>
    public PodView? Ending { get; init; }

    /// <summary>The pod that will take the place of <see cref="Current"/>: it runs, its sidecar is spoken to, and it has no plan.</summary>
    public PodView? Standby { get; init; }

    /// <summary>The current pod should be replaced by one from another template.</summary>
    public bool IsOutdated { get; init; }

    /// <summary>
    /// The current pod is on a node that is being drained, and for long nothing could take its place: an eviction is let through.
    /// </summary>
    public bool Yields { get; init; }

    /// <summary>Its pod is the right one and does its work, or has done it.</summary>
    public bool IsSettled => Current is { Ready: true } or { State: PodState.Succeeded } && !IsOutdated && Standby is null && Ending is null
        && Removals.Count == 0;

    /// <summary>The pod in this slot that plans are sent to and peers are sent to find.</summary>
    public PodView? Reachable => Ending ?? Current;

    /// <summary>Every pod of the slot whose sidecar is listened to.</summary>
    public IEnumerable<PodView> Spoken => new[] { Reachable, Current, Standby }.OfType<PodView>().DistinctBy(pod => pod.Uid);
}

/// <summary>What a decision about a slot depends on beside the pods.</summary>
/// <param name="Uid">Of the pipeline.</param>
/// <param name="Recorded">The incarnation on record, or null.</param>
/// <param name="Seen">That pod has been there: it is not on its way, it is gone.</param>
/// <param name="Hash">Of the template that a pod would be made from.</param>
/// <param name="Gate">What the pipeline's other slots allow.</param>
/// <param name="NotBefore">A pod that keeps failing is made again after a pause.</param>
/// <param name="Now">The time.</param>
internal sealed record SlotContext(string Uid, string? Recorded, bool Seen, string Hash, SlotGate Gate, DateTimeOffset NotBefore,
    DateTimeOffset Now)
{
    /// <summary>That the server refuses to make the slot's next pod, or null.</summary>
    public PodRefusal? Refused { get; init; }
}
