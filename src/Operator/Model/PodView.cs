using System.Globalization;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Model;

internal enum PodState { Pending, Running, Succeeded, Failed }

/// <summary>What the decisions need to know of a pod.</summary>
/// <param name="NodeFault">Why its node counts as lost, or null.</param>
/// <param name="NodeLostAt">When a silent node counts as lost, where it does not yet.</param>
/// <param name="Started">All its containers run, ready or not.</param>
/// <param name="Restarts">Of the media operator that was restarted most.</param>
internal sealed record PodView(
    string Name, string Uid, string Stable, PodState State, bool Terminating, bool Ready, bool Started, string Hash,
    string? Node, string? NodeFault, DateTimeOffset? NodeLostAt, bool Leaving, string? Address, DateTimeOffset CreatedAt,
        PodIssue? PodIssue,
        int Restarts = 0, string Namespace = "")
{
    /// <summary>How long a pod without a known issue may take to be ready before others do not wait for it any more.</summary>
    public static readonly TimeSpan SettlingMax = TimeSpan.FromSeconds(60);

    /// <summary>Where it is on the RDMA network, where it was attached to one.</summary>
    public RdmaAddress Rdma { get; init; }

    /// <summary>Of the spec that it was made from; 0 where it does not say.</summary>
    public long Generation { get; init; }

    /// <summary>When the last of its containers started, where all run.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>What it takes of the cluster; null where it was not asked for.</summary>
    public PodFootprint? Footprint { get; init; }

    /// <summary>It waits for claims to be made from templates before it is scheduled.</summary>
    public bool HasClaims { get; init; }

    /// <summary>Its sidecar is spoken to.</summary>
    public bool Answers { get; init; }

    /// <summary>
    /// It is being removed and nothing of it runs any more. A kubelet may need another minute for the rest, and a finalizer for ever.
    /// </summary>
    public bool HasEnded { get; init; }

    /// <summary>It is being removed and may still have something to bring away.</summary>
    public bool IsEnding => Terminating && !Lost && !HasEnded;

    /// <summary>Its sidecar has a plan.</summary>
    public bool Planned { get; init; }

    /// <summary>The other ends of links that it reports as down.</summary>
    public IReadOnlyList<string> LinksDown { get; init; } = [];

    /// <summary>Peers were sent to it: it had a plan, without which no sidecar is ready.</summary>
    public bool HoldsPeers => Ready || Planned;

    /// <summary>
    /// The other waits for what this one has. A successor that something else keeps away, such as a Secret that is not there, would gain
    /// nothing by its going.
    /// </summary>
    public bool MakesRoomFor(PodView other) => other.PodIssue is { Reason: Reasons.Unschedulable } or { IsVolumeInUse: true }
        && Footprint is { } own && other.Footprint is { } needed && own.MakesRoomFor(needed);

    /// <summary>The server would make the pod if this one were gone.</summary>
    public bool MakesRoomFor(PodRefusal refused) => refused.IsQuota && Footprint?.HasAsMuchAs(refused.Needs) == true;

    /// <summary>It cannot be waited for: no kubelet is there to end it.</summary>
    public bool Lost => NodeFault is not null;

    public static PodView Of(Pod pod, NodeHealth node, DateTimeOffset now) => new(
        pod.Metadata!.Name!, pod.Metadata.Uid ?? "", pod.Label(WellKnownLabels.Pod)
            ?? "", StateOf(pod), pod.Metadata.DeletionTimestamp is not null,
        pod.Status?.Conditions?.Any(one => one is { Type: "Ready", Status: "True" }) == true,
        IsStarted(pod), pod.Annotation(WellKnownLabels.TemplateHash) ?? "", pod.Spec?.NodeName, node.Fault, node.LostAt, node.Leaving,
        pod.Status?.PodIP, pod.Metadata.CreationTimestamp ?? now, PodIssues.Of(pod, now),
        pod.Status?.ContainerStatuses?.Where(one => one.Name != PodPaths.SidecarContainer).Select(one => one.RestartCount).DefaultIfEmpty(0)
            .Max() ?? 0,
        pod.Metadata.Namespace ?? "")
    {
        Generation = long.TryParse(pod.Annotation(WellKnownLabels.Generation), NumberStyles.None, CultureInfo.InvariantCulture,
            out var generation)
            ? generation : 0,
        StartedAt = IsStarted(pod) ? pod.Status!.ContainerStatuses!.Max(one => one.State!.Running!.StartedAt) : null,
        Footprint = PodFootprint.Of(pod),
        HasClaims = pod.Spec?.ResourceClaims is not null,
        HasEnded = pod.Metadata.DeletionTimestamp is not null && (pod.Status?.Phase is "Succeeded" or "Failed" || IsStopped(pod)),
    };

    private static PodState StateOf(Pod pod) => pod.Status?.Phase switch
    {
        "Running" => PodState.Running,
        "Succeeded" => PodState.Succeeded,
        "Failed" => PodState.Failed,
        _ => PodState.Pending,
    };

    // The sidecar is among the init containers where the server has native ones, and runs as long as the others.
    private static bool IsStarted(Pod pod) => pod.Status?.ContainerStatuses is { Count: > 0 } containers
        && containers.Concat(pod.Status.InitContainerStatuses ?? []).All(one => one.State?.Running is not null);

    // A kubelet starts no container of a pod that is being removed. Of one that it finds no more it says that it waits, and the last state
    // says that it ended.
    private static bool IsStopped(Pod pod) => pod.Status?.ContainerStatuses is { } containers
        && containers.Count == pod.Spec?.Containers?.Count
        && containers.Concat(pod.Status.InitContainerStatuses ?? []).All(one =>
            one.State?.Terminated is not null || one.State is { Running: null } && one.LastState?.Terminated is not null);
}
