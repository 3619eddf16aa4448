using System.Globalization;
using System.Text;

namespace K8sMediaFlow.Control.Metrics;

/// <summary>Writes metrics in Prometheus' text format (0.0.4): one HELP and TYPE per name, all its samples behind them. Not thread-safe.</summary>
public sealed class PrometheusText
{
    /// <summary>The content type of the format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Dictionary<string, StringBuilder> _families = [];
    private readonly StringBuilder _text = new();

    /// <summary>A value that only grows while the process lives. Its name ends in <c>_total</c>.</summary>
    public void Counter(string name, string help, double value, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Sample(Family(name, help, "counter"), name, value, labels);

    /// <summary>A value that goes up and down.</summary>
    public void Gauge(string name, string help, double value, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Sample(Family(name, help, "gauge"), name, value, labels);

    /// <summary>A histogram from counts per bucket (not yet added up); what lies above the last bound is part of <paramref name="count"/> only.</summary>
    public void Histogram(string name, string help, ReadOnlySpan<double> bounds, ReadOnlySpan<long> counts, double sum, long count, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var family = Family(name, help, "histogram");
        var below = 0L;
        for (var index = 0; index < bounds.Length; index++)
        {
            below += counts[index];
            Sample(family, name + "_bucket", below, [.. labels, ("le", Number(bounds[index]))]);
        }
        Sample(family, name + "_bucket", count, [.. labels, ("le", "+Inf")]);
        Sample(family, name + "_sum", sum, labels);
        Sample(family, name + "_count", count, labels);
    }

    public override string ToString()
    {
        _text.Clear();
        foreach (var family in _families.Values)
            _text.Append(family);
        return _text.ToString();
    }

    private StringBuilder Family(string name, string help, string type)
    {
        if (!_families.TryGetValue(name, out var family))
            _families[name] = family = new StringBuilder().Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");
        return family;
    }

    private static void Sample(StringBuilder family, string name, double value, ReadOnlySpan<(string Name, string Value)> labels)
    {
        family.Append(name);
        for (var index = 0; index < labels.Length; index++)
            family.Append(index == 0 ? '{' : ',').Append(labels[index].Name).Append("=\"").Append(Escape(labels[index].Value)).Append('"');
        family.Append(labels.Length > 0 ? "} " : " ").Append(Number(value)).Append('\n');
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
