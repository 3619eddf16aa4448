using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Runtime;
using LinkStatus = K8sMediaFlow.Links.Contract.LinkStatus;

namespace K8sMediaFlow.Sidecar.Metrics;

/// <summary>A link at one moment.</summary>
/// <param name="Status">Where it stands.</param>
/// <param name="Direction">Which end this is.</param>
/// <param name="Retained">Frames kept for a replay (Outbound), or landed and not done (Inbound).</param>
/// <param name="Gaps">What was explained in the place of frames.</param>
internal sealed record LinkReading(LinkStatus Status, LinkDirection Direction, long Retained, GapCounts Gaps)
{
    public SeriesLabels Labels { get; } = new(("edge", Status.Edge), ("peer", Status.PeerPod), ("direction", Direction.ToString()));

    /// <summary>The same end, as a part of the edge.</summary>
    public SeriesLabels EdgeLabels { get; } = new(("edge", Status.Edge), ("peer", Status.PeerPod), ("side", Direction.ToString()));

    public static LinkReading Of(OutboundPair pair) =>
        new(pair.Link.Status, LinkDirection.Outbound, pair.Link.Status.Retained, pair.Port.Gaps);

    public static LinkReading Of(InboundPair pair) => new(pair.Link.Status, LinkDirection.Inbound, pair.Port.NotDone, pair.Port.Gaps);
}
