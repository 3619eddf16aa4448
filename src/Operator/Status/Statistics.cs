using System.Globalization;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Operator.Status;

/// <summary>
/// Live figures, rounded to two digits: a status is not a metric, and every change of it is a write that everybody watches.
/// </summary>
internal static class Statistics
{
    public static string? PerSecond(double? value) =>
        value is { } number ? Rounded(number).ToString("0.0", CultureInfo.InvariantCulture) : null;

    public static double Rounded(double value)
    {
        if (value <= 0)
            return 0;
        var scale = Math.Pow(10, Math.Floor(Math.Log10(value)) - 1);
        // Tenths are the finest that is shown.
        return Math.Round(Math.Round(value / scale) * scale, 1);
    }

    public static long Rounded(long value) => value < 100 ? value : (long)Rounded((double)value);

    /// <summary>Frames of an edge that consumers got in one second; null where no sidecar has counted yet.</summary>
    public static double? Delivered(EdgePlan edge, IEnumerable<SidecarReport> reports)
    {
        var rates = reports.SelectMany(report => report.FramesPerSecond)
            .Where(one => one.Key.Edge == edge.Name && one.Key.Side != EdgeSide.Outbound).Select(one => one.Value).ToList();
        return rates.Count == 0 ? null : rates.Sum();
    }

    public static long? Dropped(EdgePlan edge, IEnumerable<SidecarReport> reports)
    {
        var seen = reports.Select(report => report.Status).OfType<SidecarStatus>().SelectMany(status => status.Edges)
            .Where(one => one.Edge == edge.Name).ToList();
        return seen.Count == 0 ? null : seen.Sum(one => one.Drops.Values.Sum());
    }
}
