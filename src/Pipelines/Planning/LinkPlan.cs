using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>
/// One end of a link: the edge that it serves and the pod at its other end. The peer's certificate must carry one of
/// <see cref="PeerIdentities"/>. An inbound link has the classes of its landing region: a frame (header, envelope, payload)
/// lands in exactly one block. An outbound link has none.
/// </summary>
public sealed record LinkPlan(
    string Edge,
    string PeerPod,
    string PeerAddress,
    int PeerLinkPort,
    IReadOnlyList<string> PeerIdentities,
    IReadOnlyList<BlockClassPlan> RegionClasses);
