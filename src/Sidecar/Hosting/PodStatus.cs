using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Native;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Links;
using K8sMediaFlow.Sidecar.Ports;
using LinkState = K8sMediaFlow.Control.Status.LinkState;
using LinkStatus = K8sMediaFlow.Control.Status.LinkStatus;

namespace K8sMediaFlow.Sidecar.Hosting;

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
        runtime?.Roster.States ?? [],
        runtime is null ? [] : Links(runtime));

    private static List<LinkStatus> Links(PodRuntime runtime) =>
    [
        .. runtime.Outbound.Select(one => Of(one.Link.Status, LinkDirection.Outbound, one.Link.Status.Retained)),
        .. runtime.Inbound.Select(one => Of(one.Link.Status, LinkDirection.Inbound, one.Port.NotDone)),
    ];

    private static LinkStatus Of(Sidecar.Links.LinkStatus link, LinkDirection direction, long notDone) => new(
        link.Edge, link.PeerPod, direction, StateOf(link.State), nameof(EdgeWay.Tcp), link.Epoch, link.Reason, notDone, (long)link.Losses);

    private static LinkState StateOf(Sidecar.Links.LinkState state) => state switch
    {
        Sidecar.Links.LinkState.Ready => LinkState.Ready,
        Sidecar.Links.LinkState.Lost => LinkState.Lost,
        Sidecar.Links.LinkState.Ended => LinkState.Drained,
        _ => LinkState.Connecting,
    };
}
