using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace K8sMediaFlow.Operator.Hosting;

/// <summary>
/// The meters of this process as a Prometheus page. Ours, since OpenTelemetry's exporter does not restore from the project's feed; counters, gauges and
/// histograms are all that is needed of it.
/// </summary>
internal sealed class Metrics : IDisposable
{
    public const string MeterName = "K8sMediaFlow.Operator";
    private const string Prefix = "k8smediaflow_controller_";
    private static readonly double[] Bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, Family> _families = new(StringComparer.Ordinal);

    private sealed record Family(string Type, string Help, ConcurrentDictionary<string, Series> Series);

    private sealed class Series
    {
        public double Value, Sum;
        public readonly long[] Counts = new long[Bounds.Length + 1];
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

    /// <summary>The text exposition format, version 0.0.4.</summary>
    public string Page()
    {
        foreach (var family in _families.Values.Where(family => family.Type == "gauge"))
            family.Series.Clear();
        _listener.RecordObservableInstruments();
        var page = new StringBuilder();
        foreach (var (name, family) in _families.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            page.Append(CultureInfo.InvariantCulture, $"# HELP {name} {family.Help}\n# TYPE {name} {family.Type}\n");
            foreach (var (labels, series) in family.Series.OrderBy(one => one.Key, StringComparer.Ordinal))
                Write(page, name, family.Type, labels, series);
        }
        return page.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var type = TypeOf(instrument);
        var name = Prefix + instrument.Name + (type == "counter" ? "_total" : "");
        var family = _families.GetOrAdd(name, _ => new(type, instrument.Description ?? instrument.Name, new(StringComparer.Ordinal)));
        var series = family.Series.GetOrAdd(Labels(tags), static _ => new());
        lock (series)
        {
            series.Sum += value;
            series.Value = type == "gauge" ? value : series.Value + value;
            if (type == "histogram")
                series.Counts[Array.FindIndex(Bounds, bound => value <= bound) is var at && at >= 0 ? at : Bounds.Length]++;
        }
    }

    private static string TypeOf(Instrument instrument) =>
        instrument is Histogram<double> or Histogram<long> ? "histogram" : instrument.GetType().Name.Contains("Gauge", StringComparison.Ordinal) || instrument.GetType().Name.Contains("UpDown", StringComparison.Ordinal) ? "gauge" : "counter";

    private static void Write(StringBuilder page, string name, string type, string labels, Series series)
    {
        lock (series)
        {
            if (type != "histogram")
            {
                page.Append(CultureInfo.InvariantCulture, $"{name}{Braced(labels)} {series.Value}\n");
                return;
            }
            long total = 0;
            for (var i = 0; i < series.Counts.Length; i++)
            {
                total += series.Counts[i];
                var bound = i < Bounds.Length ? Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                page.Append(CultureInfo.InvariantCulture, $"{name}_bucket{Braced($"{labels}{(labels.Length > 0 ? "," : "")}le=\"{bound}\"")} {total}\n");
            }
            page.Append(CultureInfo.InvariantCulture, $"{name}_sum{Braced(labels)} {series.Sum}\n{name}_count{Braced(labels)} {total}\n");
        }
    }

    private static string Braced(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var parts = new List<string>(tags.Length);
        foreach (var (name, value) in tags)
            parts.Add($"{name}=\"{Convert.ToString(value, CultureInfo.InvariantCulture)?.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")}\"");
        parts.Sort(StringComparer.Ordinal);
        return string.Join(',', parts);
    }
}
