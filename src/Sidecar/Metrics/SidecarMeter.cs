using System.Diagnostics.Metrics;
using System.Globalization;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Primitives;
using OpenTelemetry.Metrics;
using LinkState = K8sMediaFlow.Links.Contract.LinkState;

namespace K8sMediaFlow.Sidecar.Metrics;

/// <summary>
/// A pod's figures as instruments. Names, labels and meanings are in docs/reference/metrics.md, which a test compares with this.
/// </summary>
/// <remarks>Read only when a collector asks: nothing here is on the path of a frame.</remarks>
internal sealed class SidecarMeter : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "K8sMediaFlow.Sidecar";

    private const string Prefix = "k8smediaflow_", EdgePrefix = Prefix + "edge_", LinkPrefix = Prefix + "link_";
    private const string LinkStates = LinkPrefix + "state", Drops = EdgePrefix + "drops_total";
    private const string Dropped = EdgePrefix + "dropped_total";

    /// <summary>Series of an instrument with several for each link: 1,000 links have room.</summary>
    private const int SeriesMax = 8_192;

    private static readonly GapCause[] s_dropCauses = [GapCause.Dropped, GapCause.Deadline, GapCause.Lost];

    private readonly Meter _meter;
    private readonly PodReadings _readings;

    /// <param name="take">The pod as it is now. Called when a collector asks; not twice at once.</param>
    /// <param name="name">Of the meter, where it is not the process's only one.</param>
    public SidecarMeter(Func<PodReading> take, string name = Name)
    {
        _meter = new Meter(name);
        _readings = new PodReadings(take, new PodHistograms(_meter));
        AddSidecar();
        AddEdges();
        AddLinks();
    }

    /// <summary>How instruments with many series are exported.</summary>
    public static MetricStreamConfiguration? View(Instrument instrument) =>
        instrument.Name is LinkStates or Drops or Dropped ? new MetricStreamConfiguration { CardinalityLimit = SeriesMax } : null;

    public void Dispose() => _meter.Dispose();

    private void AddSidecar()
    {
        Gauge(Prefix + "sidecar_info", "Always 1: which pod this is, and which life of its sidecar.",
            pod => [Of(1, new SeriesLabels(("pod", pod.Status.Pod), ("incarnation", pod.Status.Incarnation)))]);
        Gauge(Prefix + "sidecar_plan_generation", "Generation of the plan in force; 0 before the first.",
            pod => [new(pod.Status.Plan?.Generation ?? 0)]);
        Gauge(Prefix + "sidecar_draining", "1 while the pod is ending.", pod => [new(pod.Status.Draining ? 1 : 0)]);
        Gauge(Prefix + "operator_state", "1 for the state that a media operator is in.", pod => pod.Status.Operators.SelectMany(States));
    }

    private void AddEdges()
    {
        EdgeCounter("frames_total", "Frames that consumers of this part of an edge have taken.", edge => edge.Frames);
        EdgeCounter("bytes_total", "Bytes of those frames, envelopes counted.", edge => edge.Bytes);
        EdgeCounter("gaps_total", "Sequences that gap notices explained.", edge => edge.Gaps);
        EdgeCounter("duplicates_total", "Frames that were recognised as replays and let go of.", edge => edge.Duplicates);
        EdgeGauge("blocks_in_use", "Blocks taken in the regions that this part of an edge reads from.", edge => edge.BlocksInUse);
        EdgeGauge("blocks", "Blocks of those regions.", edge => edge.BlocksTotal);
        EdgeGauge("ended", "1 when the end of the stream has passed.", edge => edge.Ended ? 1 : 0);
        Counter(Dropped, "Sequences that this part of an edge dropped, by cause.",
            pod => pod.Edges.SelectMany(DroppedOf));
        Counter(Drops, "Sequences that were explained instead of delivered, by cause, as seen where an edge enters or leaves a link.",
            pod => pod.Links.SelectMany(DropsOf));
    }

    private void AddLinks()
    {
        Gauge(LinkStates, "1 for the state that a link is in.", pod => pod.Links.SelectMany(States));
        LinkCounter("losses_total", "Times that a link was lost after it had been ready.", link => link.Status.Losses);
        LinkCounter("frames_total", "Frames and notices that crossed a link.", link => link.Status.Frames);
        LinkCounter("bytes_total", "Bytes that crossed a link, headers and padding counted.", link => link.Status.Bytes);
        LinkCounter("repeated_total", "Frames sent again after a loss (Outbound), or landed again (Inbound).",
            link => link.Status.Repeated);
        LinkGauge("retained_frames", "Frames kept for a replay (Outbound), or landed and not done (Inbound).", link => link.Retained);
        LinkGauge("grants", "Grants that wait for a frame.", link => link.Status.GrantsOutstanding);
        LinkGauge("round_trip_seconds", "Last measured round trip of the control connection; 0 before the first.",
            link => link.Status.RoundTripNanoseconds / 1e9);
        LinkGauge("epoch", "Number of the connection, from 1.", link => link.Status.Epoch);
        Gauge(LinkPrefix + "blocks", "Blocks of an inbound link's region.",
            pod => pod.Inbound.Select(pair => Of(pair.Port.SlotCount, LinkReading.Of(pair).Labels)));
        Gauge(LinkPrefix + "blocks_in_use", "Blocks of an inbound link's region that are granted or hold a frame.",
            pod => pod.Inbound.Select(pair => Of(pair.Port.BlocksInUse, LinkReading.Of(pair).Labels)));
        Counter(LinkPrefix + "refusals_total", "Connections of peers that were refused, by reason.",
            pod => pod.Refusals.Select(one => Of(one.Value, new SeriesLabels(("reason", one.Key.ToString())))));
    }

    private void EdgeCounter(string name, string help, Func<EdgeStatus, double> value) =>
        Counter(EdgePrefix + name, help, pod => pod.Edges.Select(edge => Of(value(edge.Status), edge.Labels)));

    private void EdgeGauge(string name, string help, Func<EdgeStatus, double> value) =>
        Gauge(EdgePrefix + name, help, pod => pod.Edges.Select(edge => Of(value(edge.Status), edge.Labels)));

    private void LinkCounter(string name, string help, Func<LinkReading, double> value) =>
        Counter(LinkPrefix + name, help, pod => pod.Links.Select(link => Of(value(link), link.Labels)));

    private void LinkGauge(string name, string help, Func<LinkReading, double> value) =>
        Gauge(LinkPrefix + name, help, pod => pod.Links.Select(link => Of(value(link), link.Labels)));

    private void Counter(string name, string help, Func<PodReading, IEnumerable<Measurement<double>>> read) =>
        _meter.CreateObservableCounter(name, () => read(_readings.Now()), description: help);

    private void Gauge(string name, string help, Func<PodReading, IEnumerable<Measurement<double>>> read) =>
        _meter.CreateObservableGauge(name, () => read(_readings.Now()), description: help);

    private static IEnumerable<Measurement<double>> States(MediaOperatorReport one)
    {
        var labels = new SeriesLabels(("operator", one.Name), ("replica", one.Replica.ToString(CultureInfo.InvariantCulture)));
        return Enum.GetValues<MediaOperatorState>().Select(state => Of(one.State == state ? 1 : 0, labels.With("state", state.ToString())));
    }

    private static IEnumerable<Measurement<double>> States(LinkReading link) =>
        Enum.GetValues<LinkState>().Select(state => Of(link.Status.State == state ? 1 : 0, link.Labels.With("state", state.ToString())));

    private static IEnumerable<Measurement<double>> DroppedOf(EdgeReading edge) =>
        s_dropCauses.Select(cause => Of(edge.Tally.Drops[(int)cause], edge.Labels.With("cause", cause.ToString())));

    private static IEnumerable<Measurement<double>> DropsOf(LinkReading link)
    {
        foreach (var cause in Enum.GetValues<GapCause>().Where(cause => cause != 0))
            yield return Of(link.Gaps[cause], link.EdgeLabels.With("cause", cause.ToString()));
        if (link.Direction == LinkDirection.Outbound)
            yield return Of(link.Status.TooLarge, link.EdgeLabels.With("cause", "FrameTooLarge"));
    }

    private static Measurement<double> Of(double value, SeriesLabels labels) => new(value, labels.Tags);
}
