using K8sMediaFlow.Control.Metrics;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Sidecar.Hosting;
using K8sMediaFlow.Sidecar.Links;
using K8sMediaFlow.Sidecar.Links.Shells;
using K8sMediaFlow.Sidecar.Ports;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sidecar.Metrics;

/// <summary>A pod's figures as metrics. Names, labels and meanings stand in docs/METRICS.md, which a test compares with this.</summary>
internal static class SidecarMetrics
{
    private const string Prefix = "k8smediaflow_";

    public static string Write(SidecarStatus status, PodRuntime? runtime)
    {
        var text = new PrometheusText();
        text.Gauge(Prefix + "sidecar_info", "Always 1: which pod this is, and which life of its sidecar.", 1, ("pod", status.Pod), ("incarnation", status.Incarnation));
        text.Gauge(Prefix + "sidecar_plan_generation", "Generation of the plan in force; 0 before the first.", status.Plan?.Generation ?? 0);
        text.Gauge(Prefix + "sidecar_draining", "1 while the pod is ending.", status.Draining ? 1 : 0);
        foreach (var one in status.Operators)
            WriteOperator(text, one);
        if (runtime is null)
            return text.ToString();
        EdgeMetrics.Write(text, status, runtime);
        foreach (var (port, link) in runtime.Outbound)
        {
            WriteOutbound(text, port, link.Status);
            WriteWay(text, link.Counters, Labels(link.Status, "Outbound"));
        }
        foreach (var (port, link) in runtime.Inbound)
            WriteInbound(text, port, link.Status);
        foreach (var (reason, count) in runtime.Links.Refusals)
            text.Counter(Prefix + "link_refusals_total", "Connections of peers that were refused, by reason.", count, ("reason", reason.ToString()));
        return text.ToString();
    }

    private static void WriteOperator(PrometheusText text, OperatorStatus one)
    {
        foreach (var state in Enum.GetValues<OperatorState>())
            text.Gauge(Prefix + "operator_state", "1 for the state that a media operator is in.", one.State == state ? 1 : 0,
                ("operator", one.Name), ("replica", one.Replica.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("state", state.ToString()));
    }

    private static void WriteOutbound(PrometheusText text, OutboundPort port, Sidecar.Links.LinkStatus link)
    {
        WriteLink(text, link, "Outbound", link.Retained);
        text.Counter(Prefix + "link_repeated_total", "Frames sent again after a loss (Outbound), or landed again (Inbound).", link.Repeated, Labels(link, "Outbound"));
        WriteGaps(text, port.Edge, link.PeerPod, "Outbound", port.Gaps);
        text.Counter(Prefix + "edge_drops_total", GapHelp, link.TooLarge, ("edge", port.Edge), ("peer", link.PeerPod), ("side", "Outbound"), ("cause", "FrameTooLarge"));
    }

    private static void WriteWay(PrometheusText text, OutboundCounters counters, (string Name, string Value)[] labels)
    {
        EdgeMetrics.WriteLatency(text, Prefix + "link_grant_wait_seconds", "From the link's taking a frame until it had a grant and was written.",
            counters.GrantWait.Buckets, counters.GrantWait.SumNanoseconds, labels);
        EdgeMetrics.WriteLatency(text, Prefix + "link_wire_seconds", "From the write until the other end's word that the frame lay there, less half a round trip.",
            counters.Wire.Buckets, counters.Wire.SumNanoseconds, labels);
    }

    private static void WriteInbound(PrometheusText text, InboundPort port, Sidecar.Links.LinkStatus link)
    {
        WriteLink(text, link, "Inbound", port.NotDone);
        text.Counter(Prefix + "link_repeated_total", "Frames sent again after a loss (Outbound), or landed again (Inbound).", link.Repeated, Labels(link, "Inbound"));
        WriteGaps(text, port.Edge, link.PeerPod, "Inbound", port.Gaps);
        EdgeMetrics.WriteLatency(text, Prefix + "link_landed_seconds", "From the producer's send until the frame lay in this pod: queue, wait for a grant, wire.",
            port.Landed.Buckets, port.Landed.SumNanoseconds, Labels(link, "Inbound"));
        EdgeMetrics.WriteLatency(text, Prefix + "link_held_seconds", "From landing until the last consumer gave the frame back: queue, wake-up, processing.",
            port.Held.Buckets, port.Held.SumNanoseconds, Labels(link, "Inbound"));
        text.Gauge(Prefix + "link_blocks", "Blocks of an inbound link's region.", port.SlotCount, Labels(link, "Inbound"));
        text.Gauge(Prefix + "link_blocks_in_use", "Blocks of an inbound link's region that are granted or hold a frame.", port.BlocksInUse, Labels(link, "Inbound"));
    }

    private static void WriteLink(PrometheusText text, Sidecar.Links.LinkStatus link, string direction, long retained)
    {
        var labels = Labels(link, direction);
        foreach (var state in Enum.GetValues<Sidecar.Links.LinkState>())
            text.Gauge(Prefix + "link_state", "1 for the state that a link is in.", link.State == state ? 1 : 0, [.. labels, ("state", state.ToString())]);
        text.Counter(Prefix + "link_losses_total", "Times that a link was lost after it had been ready.", link.Losses, labels);
        text.Counter(Prefix + "link_frames_total", "Frames and notices that crossed a link.", link.Frames, labels);
        text.Counter(Prefix + "link_bytes_total", "Bytes that crossed a link, headers and padding counted.", link.Bytes, labels);
        text.Gauge(Prefix + "link_retained_frames", "Frames kept for a replay (Outbound), or landed and not done (Inbound).", retained, labels);
        text.Gauge(Prefix + "link_grants", "Grants that wait for a frame.", link.GrantsOutstanding, labels);
        text.Gauge(Prefix + "link_round_trip_seconds", "Last measured round trip of the control connection; 0 before the first.", link.RoundTripNanoseconds / 1e9, labels);
        text.Gauge(Prefix + "link_epoch", "Number of the connection, from 1.", link.Epoch, labels);
    }

    private const string GapHelp = "Sequences that were explained instead of delivered, by cause, as seen where an edge enters or leaves a link.";

    private static void WriteGaps(PrometheusText text, string edge, string peer, string side, GapCounts gaps)
    {
        foreach (var cause in Enum.GetValues<GapCause>().Where(cause => cause != 0))
            text.Counter(Prefix + "edge_drops_total", GapHelp, gaps[cause], ("edge", edge), ("peer", peer), ("side", side), ("cause", cause.ToString()));
    }

    private static (string Name, string Value)[] Labels(Sidecar.Links.LinkStatus link, string direction) =>
        [("edge", link.Edge), ("peer", link.PeerPod), ("direction", direction)];
}
