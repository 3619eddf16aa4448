using K8sMediaFlow.Crds.V1Alpha1;

namespace K8sMediaFlow.Operator.Status;

/// <summary>
/// What is written when: conditions at once, figures every 15 seconds at most. Between, the figures that were written stand. That an edge
/// begins or ceases to wait is written at once; the words for what it waits, which have figures in them, are not.
/// </summary>
internal static class StatusPace
{
    public static readonly TimeSpan StatisticsEvery = TimeSpan.FromSeconds(15);

    /// <summary>The status to be written, if it differs from the last one, and whether its figures are fresh ones.</summary>
    public static (PipelineStatus Status, bool FreshStatistics) Choose(
        PipelineStatus fresh, PipelineStatus? written, DateTimeOffset statisticsAt, DateTimeOffset now) =>
        written is null || now - statisticsAt >= StatisticsEvery || fresh.Phase != written.Phase
            ? (fresh, true)
            : (WithStatistics(fresh, written), false);

    private static PipelineStatus WithStatistics(PipelineStatus fresh, PipelineStatus written) => fresh with
    {
        FramesPerSecond = written.FramesPerSecond,
        DroppedFrames = written.DroppedFrames,
        Edges = [.. fresh.Edges.Select(edge => written.Edges.FirstOrDefault(one => one.Name == edge.Name) is { } old
            ? edge with
            {
                FramesPerSecond = old.FramesPerSecond, DroppedFrames = old.DroppedFrames,
                WaitsFor = edge.WaitsFor is null ? null : old.WaitsFor ?? edge.WaitsFor,
            }
            : edge with { FramesPerSecond = null, DroppedFrames = null })],
    };
}
