using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using K8sMediaFlow.Control.Metrics;

namespace K8sMediaFlow.Operator.Hosting;

/// <summary>
/// The meters of this process, counted for the page that collectors read. Ours, since OpenTelemetry's exporter does not restore from the project's feed;
/// counters, gauges and histograms are all that is needed of it.
/// </summary>
internal sealed class Metrics : IDisposable
{
    public const string MeterName = "K8sMediaFlow.Operator";
    private const string Prefix = "k8smediaflow_controller_";
    private static readonly double[] Bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, Family> _families = new(StringComparer.Ordinal);

    private sealed record Family(string Type, string Help, ConcurrentDictionary<string, Series> Series);

    private sealed class Series((string Name, string Value)[] labels)
    {
        public readonly (string Name, string Value)[] Labels = labels;
        public readonly long[] Counts = new long[Bounds.Length];
        public double Value, Sum;
        public long Count;
    }

    public Metrics(params string[] meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (meters.Contains(instrument.Meter.Name))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The page as it is now.</summary>
    public string Page()
    {
        foreach (var family in _families.Values.Where(family => family.Type == "gauge"))
            family.Series.Clear();
        _listener.RecordObservableInstruments();
        var text = new PrometheusText();
        foreach (var (name, family) in _families.OrderBy(one => one.Key, StringComparer.Ordinal))
            foreach (var (_, series) in family.Series.OrderBy(one => one.Key, StringComparer.Ordinal))
                Write(text, name, family, series);
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var type = TypeOf(instrument);
        var name = Prefix + instrument.Name + (type == "counter" ? "_total" : "");
        var family = _families.GetOrAdd(name, _ => new(type, instrument.Description ?? instrument.Name, new(StringComparer.Ordinal)));
        var labels = Labels(tags);
        var series = family.Series.GetOrAdd(string.Join(',', labels), _ => new(labels));
        lock (series)
        {
            series.Sum += value;
            series.Value = type == "gauge" ? value : series.Value + value;
            series.Count++;
            if (type == "histogram" && Array.FindIndex(Bounds, bound => value <= bound) is var at and >= 0)
                series.Counts[at]++;
        }
    }

    private static string TypeOf(Instrument instrument) =>
        instrument is Histogram<double> or Histogram<long> ? "histogram" : instrument.GetType().Name.Contains("Gauge", StringComparison.Ordinal) || instrument.GetType().Name.Contains("UpDown", StringComparison.Ordinal) ? "gauge" : "counter";

    private static void Write(PrometheusText text, string name, Family family, Series series)
    {
        lock (series)
        {
            if (family.Type == "histogram")
                text.Histogram(name, family.Help, Bounds, series.Counts, series.Sum, series.Count, series.Labels);
            else if (family.Type == "gauge")
                text.Gauge(name, family.Help, series.Value, series.Labels);
            else
                text.Counter(name, family.Help, series.Value, series.Labels);
        }
    }

    private static (string Name, string Value)[] Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new (string Name, string Value)[tags.Length];
        for (var i = 0; i < tags.Length; i++)
            labels[i] = (tags[i].Key, Convert.ToString(tags[i].Value, CultureInfo.InvariantCulture) ?? "");
        Array.Sort(labels, static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        return labels;
    }
}
