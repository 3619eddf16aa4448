using System.Globalization;

namespace K8sMediaFlow.Cli.Top;

/// <summary>The same figures as one plain line, for logs and pipes.</summary>
internal static class EdgeLine
{
    public static string Render(TimeSpan since, EdgeRow row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{since.TotalSeconds,6:0.0}s {row.Edge} {Way(row)} {row.Frames} frames {DisplayFormat.Rate(row.FramesPerSecond)} fps " +
        $"{DisplayFormat.MegabytesPerSecond(row.BytesPerSecond)} MB/s p50 {DisplayFormat.Latency(row.Latency.Percentile(0.5))} " +
        $"p99 {DisplayFormat.Latency(row.Latency.Percentile(0.99))} drops {DropCounts.Text(row.Drops)} blocks {row.BlocksInUse}/{row.BlocksTotal}{(row.WaitsFor.Length > 0 ? " waits for " + row.WaitsFor : "")}");

    private static string Way(EdgeRow row) => row.Way.Length == 0 ? "-" : row.Ended ? row.Way + " ended" : row.Way;
}
