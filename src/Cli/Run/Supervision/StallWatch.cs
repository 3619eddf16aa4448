using System.Diagnostics;
using K8sMediaFlow.Cli.Top;

namespace K8sMediaFlow.Cli.Run.Supervision;

/// <summary>Notices when nothing has moved on any edge for too long, and says where frames stand.</summary>
internal sealed class StallWatch(TimeSpan after)
{
    private long? _progress;
    private long _movedAt;

    /// <summary>A sentence when the run has stalled; else null.</summary>
    public string? Check(IReadOnlyList<EdgeRow> rows, IReadOnlyList<string> unfinished)
    {
        // A media operator that ends is progress too.
        var progress = rows.Sum(row => row.Progress) + rows.Count(row => row.Ended) - unfinished.Count;
        if (progress != _progress)
            (_progress, _movedAt) = (progress, Stopwatch.GetTimestamp());
        return Stopwatch.GetElapsedTime(_movedAt) < after ? null : Explain(rows, unfinished);
    }

    private string Explain(IReadOnlyList<EdgeRow> rows, IReadOnlyList<string> unfinished)
    {
        var open = rows.Where(row => !row.Ended).ToList();
        var holding = open.Where(row => row.BlocksInUse > 0).ToList();
        var named = (holding.Count > 0 ? holding : open).Select(row => $"{row.Edge} ({row.Frames} frames, {row.BlocksInUse}/{row.BlocksTotal} blocks in use)");
        var where = open.Count == 0 ? "every edge has ended" : "edges that stand: " + string.Join(", ", named);
        return $"nothing has moved for {after.TotalSeconds:0} s; {where}; not completed: {string.Join(", ", unfinished)}";
    }
}
