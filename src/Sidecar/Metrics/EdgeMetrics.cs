using K8sMediaFlow.Control.Metrics;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Sidecar.Hosting;
using K8sMediaFlow.Sidecar.Ports;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sidecar.Metrics;

/// <summary>The edges' part of a pod's metrics: what consumers count in the channels, and how full the producers' regions are.</summary>
internal static class EdgeMetrics
{
    private const string Prefix = "k8smediaflow_edge_";

    /// <summary>Octaves that are written: from 2 µs to 17 s. What is faster falls into the first, what is slower into +Inf.</summary>
    private const int OctaveFirst = 10, OctaveLast = 33;

    private static readonly double[] Bounds = [.. Enumerable.Range(OctaveFirst, OctaveLast - OctaveFirst + 1).Select(octave => Math.Pow(2, octave + 1) / 1e9)];

    public static void Write(PrometheusText text, SidecarStatus status, PodRuntime runtime)
    {
        var tallies = runtime.Ports.Tally();
        foreach (var edge in status.Edges)
        {
            (string Name, string Value)[] labels = [("edge", edge.Edge), ("side", edge.Side.ToString()), ("way", edge.Way)];
            text.Counter(Prefix + "frames_total", "Frames that consumers of this part of an edge have taken.", edge.Frames, labels);
            text.Counter(Prefix + "bytes_total", "Bytes of those frames, envelopes counted.", edge.Bytes, labels);
            text.Counter(Prefix + "gaps_total", "Sequences that gap notices explained.", edge.Gaps, labels);
            text.Counter(Prefix + "duplicates_total", "Frames that were recognised as replays and let go of.", edge.Duplicates, labels);
            text.Gauge(Prefix + "blocks_in_use", "Blocks taken in the regions that this part of an edge reads from.", edge.BlocksInUse, labels);
            text.Gauge(Prefix + "blocks", "Blocks of those regions.", edge.BlocksTotal, labels);
            text.Gauge(Prefix + "ended", "1 when the end of the stream has passed.", edge.Ended ? 1 : 0, labels);
            var tally = tallies.GetValueOrDefault((edge.Edge, edge.Side)) ?? new ChannelTally();
            WriteLatency(text, Prefix + "latency_seconds", "From the producer's send until the consumer's receipt; for side Outbound until the link's.", edge.Latency.Buckets, tally.LatencySumNanoseconds, labels);
            WritePart(text, tally, LatencyPart.Queue, "queue", labels);
            WritePart(text, tally, LatencyPart.WakeUp, "wakeup", labels);
            // A link gives frames back when the other end is done with them: what that takes is not its own work.
            if (edge.Side != EdgeSide.Outbound)
                WritePart(text, tally, LatencyPart.Processing, "processing", labels);
        }
    }

    private static void WritePart(PrometheusText text, ChannelTally tally, LatencyPart part, string name, (string Name, string Value)[] labels)
    {
        var (sum, octaves) = tally.Part(part);
        Span<long> buckets = stackalloc long[2 * ChannelCounters.Octaves];
        for (var octave = 0; octave < octaves.Length; octave++)
            buckets[2 * octave] = octaves.Span[octave];
        WriteLatency(text, Prefix + "part_seconds", "What frames spent in this pod on a part of an edge: waiting in a queue, for the consumer to wake up, in its hands.", buckets, sum, [.. labels, ("part", name)]);
    }

    public static void WriteLatency(PrometheusText text, string name, string help, ReadOnlySpan<long> buckets, long sumNanoseconds, (string Name, string Value)[] labels)
    {
        Span<long> counts = stackalloc long[Bounds.Length];
        var all = 0L;
        for (var bucket = 0; bucket < buckets.Length; bucket++)
        {
            all += buckets[bucket];
            if (bucket / 2 <= OctaveLast)
                counts[Math.Max(0, (bucket / 2) - OctaveFirst)] += buckets[bucket];
        }
        text.Histogram(name, help, Bounds, counts, sumNanoseconds / 1e9, all, labels);
    }
}
