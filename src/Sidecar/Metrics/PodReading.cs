using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Runtime;

namespace K8sMediaFlow.Sidecar.Metrics;

/// <summary>A pod at one moment, as its metrics show it.</summary>
internal sealed record PodReading(SidecarStatus Status, IReadOnlyList<EdgeReading> Edges, IReadOnlyList<InboundPair> Inbound,
    IReadOnlyList<OutboundPair> Outbound)
{
    public IReadOnlyList<LinkReading> Links { get; } = [.. Outbound.Select(LinkReading.Of), .. Inbound.Select(LinkReading.Of)];

    /// <summary>Connections of peers that were refused.</summary>
    public IReadOnlyDictionary<LinkLoss, long> Refusals { get; private init; } = new Dictionary<LinkLoss, long>();

    /// <param name="status">Of the sidecar.</param>
    /// <param name="runtime">Null while there is no plan.</param>
    public static PodReading Of(SidecarStatus status, PodRuntime? runtime)
    {
        if (runtime is null)
            return new(status, [], [], []);
        var tallies = runtime.Ports.Tally();
        return new(status, [.. status.Edges.Select(edge => new EdgeReading(edge,
            tallies.GetValueOrDefault((edge.Edge, edge.Side)) ?? new ChannelTally()))], runtime.Inbound, runtime.Outbound)
        {
            Refusals = runtime.Links.Refusals,
        };
    }
}
