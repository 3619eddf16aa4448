using System.Diagnostics.Metrics;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sidecar.Runtime;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sidecar.Metrics;

/// <summary>The times that frames take: counted in channels and links, recorded when a reading is taken.</summary>
internal sealed class PodHistograms(Meter meter)
{
    private readonly CountedHistogram
        _latency = Create(meter, "edge_latency_seconds",
            "From the producer's send until the consumer's receipt; for side Outbound until the link's."),
        _part = Create(meter, "edge_part_seconds",
            "What frames spent in this pod on a part of an edge: waiting in a queue, for the consumer to wake up, in its hands."),
        _grantWait = Create(meter, "link_grant_wait_seconds", "From the link's taking a frame until it had a grant and was written."),
        _wire = Create(meter, "link_wire_seconds",
            "From the write until the other end's word that the frame lay there, less half a round trip."),
        _landed = Create(meter, "link_landed_seconds",
            "From the producer's send until the frame lay in this pod: queue, wait for a grant, wire."),
        _held = Create(meter, "link_held_seconds", "From landing until the last consumer gave the frame back: queue, wake-up, processing.");

    public void Record(PodReading pod)
    {
        foreach (var edge in pod.Edges)
            Record(edge);
        foreach (var pair in pod.Outbound)
            Record(pair);
        foreach (var pair in pod.Inbound)
            Record(pair);
    }

    private void Record(EdgeReading edge)
    {
        _latency.Read(edge.Labels, LatencyBuckets.OfHalfOctaves(edge.Status.Latency.Buckets), edge.Tally.LatencySumNanoseconds / 1e9);
        Record(edge, LatencyPart.Queue, "queue");
        Record(edge, LatencyPart.WakeUp, "wakeup");
        // A link gives frames back when the other end is done with them: what that takes is not its own work.
        if (edge.Status.Side != EdgeSide.Outbound)
            Record(edge, LatencyPart.Processing, "processing");
    }

    private void Record(EdgeReading edge, LatencyPart part, string name)
    {
        var (sum, octaves) = edge.Tally.Part(part);
        _part.Read(edge.Labels.With("part", name), LatencyBuckets.OfOctaves(octaves.Span), sum / 1e9);
    }

    private void Record(OutboundPair pair)
    {
        var labels = LinkReading.Of(pair).Labels;
        Record(_grantWait, labels, pair.Link.Counters.GrantWait);
        Record(_wire, labels, pair.Link.Counters.Wire);
    }

    private void Record(InboundPair pair)
    {
        var labels = LinkReading.Of(pair).Labels;
        Record(_landed, labels, pair.Port.Landed);
        Record(_held, labels, pair.Port.Held);
    }

    private static void Record(CountedHistogram histogram, SeriesLabels labels, LatencyCounts counts) =>
        histogram.Read(labels, LatencyBuckets.OfHalfOctaves(counts.Buckets), counts.SumNanoseconds / 1e9);

    private static CountedHistogram Create(Meter meter, string name, string help) =>
        new(meter, "k8smediaflow_" + name, help, LatencyBuckets.Bounds);
}
