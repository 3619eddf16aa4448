using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sidecar.Runtime;
using LinkState = K8sMediaFlow.Control.Status.LinkState;
using LinkStatus = K8sMediaFlow.Control.Status.LinkStatus;

namespace K8sMediaFlow.Sidecar.Runtime;

/// <summary>Reads a running pod into the values that the control API carries.</summary>
internal static class PodStatus
{
    public static SidecarStatus Of(string pod, Incarnation incarnation, PodRuntime? runtime) => new(
        pod,
        incarnation.ToString(),
        runtime?.Plan.Version,
        runtime?.IsDraining ?? false,
        runtime?.IsFinished ?? false,
        MonotonicClock.Nanoseconds,
        runtime is null ? [] : EdgeStatuses.Of(runtime),
        runtime?.Registry.States ?? [],
        runtime is null ? [] : Links(runtime))
    {
        Rdma = runtime?.Links.Fabrics.Rdma,
    };

    private static List<LinkStatus> Links(PodRuntime runtime) =>
    [
        .. runtime.Outbound.Select(one => Of(runtime.Plan, one.Link.Status, LinkDirection.Outbound, one.Link.Status.Retained)),
        .. runtime.Inbound.Select(one => Of(runtime.Plan, one.Link.Status, LinkDirection.Inbound, one.Port.NotDone)),
    ];

    private static LinkStatus Of(SidecarPlan plan, K8sMediaFlow.Links.Contract.LinkStatus link, LinkDirection direction, long notDone) =>
        new(
        link.Edge, link.PeerPod, direction, StateOf(link.State), WayOf(plan, link).ToString(), link.Epoch, link.Reason, notDone,
            (long)link.Losses)
        {
            WayReason = link.Way?.Reason ?? "",
        };

    /// <summary>What carries a link, or carried it last; before it was ever ready, what the plan may have promised.</summary>
    public static EdgeWay WayOf(SidecarPlan plan, K8sMediaFlow.Links.Contract.LinkStatus link) =>
        (link.Way?.Kind ?? (plan.Transport == Transport.Rdma ? FabricKind.Verbs : FabricKind.Tcp)) == FabricKind.Verbs
            ? EdgeWay.Rdma
            : EdgeWay.Tcp;

    private static LinkState StateOf(K8sMediaFlow.Links.Contract.LinkState state) => state switch
    {
        K8sMediaFlow.Links.Contract.LinkState.Ready => LinkState.Ready,
        K8sMediaFlow.Links.Contract.LinkState.Lost => LinkState.Lost,
        K8sMediaFlow.Links.Contract.LinkState.Ended => LinkState.Drained,
        _ => LinkState.Connecting,
    };
}
