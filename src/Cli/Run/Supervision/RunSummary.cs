using System.Globalization;
using K8sMediaFlow.Cli.Top;

namespace K8sMediaFlow.Cli.Run.Supervision;

/// <summary>What a run did, edge by edge.</summary>
internal static class RunSummary
{
    public static IEnumerable<string> Lines(RunState state, RunOutcome outcome, TimeSpan elapsed)
    {
        yield return string.Create(
            CultureInfo.InvariantCulture, $"{state.Spec.Pipeline}: {Word(outcome)} after {elapsed.TotalSeconds:0.0} s");
        foreach (var row in state.Board.Rows())
            yield return "  " + Line(row);
        foreach (var (pod, rdma) in state.Board.Statuses.Where(status => status.Rdma is { Usable: true })
            .Select(status => (status.Pod, status.Rdma!)))
            yield return $"  {pod}: RDMA by {rdma.Device} as {rdma.Address}, {rdma.Probes} empty packets to ask for peers";
        foreach (var reason in state.Board.Statuses.SelectMany(status => status.Links).Select(link => link.WayReason)
            .Where(reason => reason.Length > 0).Distinct())
            yield return "  TCP because " + reason;
    }

    private static string Word(RunOutcome outcome) => outcome.End switch
    {
        RunEnd.Completed => "completed",
        RunEnd.Interrupted => "interrupted",
        _ => "failed",
    };

    private static string Line(EdgeRow row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Edge} ({Or(row.Way)}): {row.Frames} frames, {row.Bytes / 1e6:0.0} MB, {DisplayFormat.Rate(row.MeanFramesPerSecond)} fps, " +
        $"p50 {DisplayFormat.Latency(row.Latency.Percentile(0.5))}, p99 {DisplayFormat.Latency(row.Latency.Percentile(0.99))}, " +
        $"gaps {row.Gaps}, duplicates {row.Duplicates}, drops {DropCounts.Text(row.Drops)}");

    private static string Or(string way) => way.Length == 0 ? "nothing passed" : way;
}
