using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Sidecar.Channels;

namespace K8sMediaFlow.Sidecar.Metrics;

/// <summary>A part of an edge at one moment: what consumers count in the channels, and how full the producers' regions are.</summary>
internal sealed record EdgeReading(EdgeStatus Status, ChannelTally Tally)
{
    public SeriesLabels Labels { get; } = new(("edge", Status.Edge), ("side", Status.Side.ToString()), ("way", Status.Way));
}
