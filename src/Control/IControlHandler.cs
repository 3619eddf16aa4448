using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Control;

/// <summary>What a sidecar says of itself before anything else is asked of it.</summary>
/// <param name="ControlVersionMin">The lowest and highest version of this API that it speaks.</param>
/// <param name="Plan">In force; null before the first one.</param>
public sealed record SidecarInfo(
    int ControlVersionMin, int ControlVersionMax, string SoftwareVersion, string Pod, string Incarnation, PlanVersion? Plan);

/// <summary>
/// A plan on its way: its version, and the document as JSON, kept byte for byte so that the sidecar stores what was sent.
/// </summary>
public sealed record PlanDocument(PlanVersion Version, ReadOnlyMemory<byte> Json);

/// <summary>The sidecar behind the control API. Speaks values: the wire's types end in this room.</summary>
public interface IControlHandler
{
    /// <summary>The plan in force; null before the first one. Read before each <see cref="ApplyPlanAsync"/> to refuse lower ones.</summary>
    PlanVersion? CurrentPlan { get; }

    SidecarInfo GetInfo();

    /// <summary>Follows a plan. Never called twice at once, and never with a lower version than <see cref="CurrentPlan"/>.</summary>
    /// <exception cref="ControlException">The plan is refused: the status and message go to the caller.</exception>
    Task ApplyPlanAsync(PlanDocument plan, CancellationToken cancellation);

    /// <summary>The status now. Called from several threads.</summary>
    SidecarStatus GetStatus();

    /// <summary>
    /// Completes at the next change that callers are told of at once: what became of a media operator. Taken before the status, so that
    /// nothing is missed in between.
    /// </summary>
    Task NextChange => Task.Delay(Timeout.Infinite);

    /// <summary>Asks sources to end; completes when everything in flight has arrived. Cancelled at the caller's deadline.</summary>
    Task DrainAsync(CancellationToken cancellation);
}
