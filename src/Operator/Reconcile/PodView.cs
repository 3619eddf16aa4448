using K8sMediaFlow.Kubernetes.Objects;
using K8sMediaFlow.Operator.Desired;

namespace K8sMediaFlow.Operator.Reconcile;

internal enum PodState { Pending, Running, Succeeded, Failed }

/// <summary>What the decisions need to know of a pod.</summary>
/// <param name="NodeFault">Why its node counts as lost, or null.</param>
/// <param name="NodeLostAt">When a silent node counts as lost, where it does not yet.</param>
/// <param name="Started">All its containers run, ready or not.</param>
/// <param name="Restarts">Of the media operator that was restarted most.</param>
internal sealed record PodView(
    string Name, string Uid, string Stable, PodState State, bool Terminating, bool Ready, bool Started, string Hash,
    string? Node, string? NodeFault, DateTimeOffset? NodeLostAt, bool Cordoned, string? Address, DateTimeOffset CreatedAt, Trouble? Trouble, int Restarts = 0, string Namespace = "")
{
    /// <summary>How long a pod that nobody complains of may take to be ready before others do not wait for it any more.</summary>
    public static readonly TimeSpan SettlingMax = TimeSpan.FromSeconds(60);

    /// <summary>Where it is on the RDMA network, where it was attached to one.</summary>
    public RdmaAddress Rdma { get; init; }

    /// <summary>It comes or goes.</summary>
    public bool IsMoving(DateTimeOffset now) => !Lost && (Terminating || (!Ready && State is PodState.Pending or PodState.Running && Trouble is null && now < CreatedAt + SettlingMax));

    /// <summary>It cannot be waited for: nobody is there to end it.</summary>
    public bool Lost => NodeFault is not null;

    public static PodView Of(Pod pod, NodeHealth node, DateTimeOffset now) => new(
        pod.Metadata!.Name!, pod.Metadata.Uid ?? "", pod.Label(Marks.Pod) ?? "", StateOf(pod), pod.Metadata.DeletionTimestamp is not null,
        pod.Status?.Conditions?.Any(one => one is { Type: "Ready", Status: "True" }) == true,
        IsStarted(pod), pod.Annotation(Marks.TemplateHash) ?? "", pod.Spec?.NodeName, node.Fault, node.LostAt, node.Cordoned,
        pod.Status?.PodIP, pod.Metadata.CreationTimestamp ?? now, Troubles.Of(pod),
        pod.Status?.ContainerStatuses?.Where(one => one.Name != PodPaths.SidecarContainer).Select(one => one.RestartCount).DefaultIfEmpty(0).Max() ?? 0,
        pod.Metadata.Namespace ?? "");

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
}

/// <summary>Whether a pod's node is there.</summary>
internal readonly record struct NodeHealth(string? Fault, DateTimeOffset? LostAt, bool Cordoned)
{
    /// <summary>A silent node counts as lost after the given time; one that is not there any more, at once.</summary>
    public static NodeHealth Of(string? name, Node? node, TimeSpan patience, DateTimeOffset now)
    {
        if (name is null)
            return default;
        if (node is null)
            return new($"node {name} is gone", null, false);
        var ready = node.Status?.Conditions?.FirstOrDefault(one => one.Type == "Ready");
        var cordoned = node.Spec?.Unschedulable == true;
        if (ready is null or { Status: "True" } || ready.LastTransitionTime is not { } since)
            return new(null, null, cordoned);
        var lostAt = since + patience;
        return now >= lostAt
            ? new($"node {name} has not been ready for {(now - since).TotalSeconds:0} s", null, cordoned)
            : new(null, lostAt, cordoned);
    }
}
