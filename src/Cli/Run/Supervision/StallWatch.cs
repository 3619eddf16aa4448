using K8sMediaFlow.Cli.Top;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Cli.Run.Supervision;

/// <summary>
/// Notices when nothing has moved on any edge for too long, and says where frames stand. Of time in which the machine had no processor free
/// a quarter counts.
/// </summary>
internal sealed class StallWatch(TimeSpan after)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly Patience _patience = new(Step, static () => ProcessorPressure.Waited, SupervisedProcess.BusyShare);
    private long? _progress;

    /// <summary>A sentence when the run has stalled; else null.</summary>
    public string? Check(IReadOnlyList<EdgeRow> rows, IReadOnlyList<SidecarStatus> statuses, IReadOnlyList<string> unfinished)
    {
        // A media operator that ends is progress too.
        var progress = rows.Sum(row => row.Progress) + rows.Count(row => row.Ended) - unfinished.Count;
        if (progress != _progress)
            _patience.Begin();
        _progress = progress;
        return _patience.Look() < after ? null : Explain(rows, statuses, unfinished);
    }

    private string Explain(IReadOnlyList<EdgeRow> rows, IReadOnlyList<SidecarStatus> statuses, IReadOnlyList<string> unfinished)
    {
        var open = rows.Where(row => !row.Ended).ToList();
        var holding = open.Where(row => row.BlocksInUse > 0).ToList();
        var named = (holding.Count > 0 ? holding : open)
            .Select(row => $"{row.Edge} ({row.Frames} frames, {row.BlocksInUse}/{row.BlocksTotal} blocks in use{(row.WaitsFor.Length > 0 ? ": " + row.WaitsFor : "")})");
        var where = open.Count == 0 ? "every edge has ended" : "edges that stand: " + string.Join(", ", named);
        return $"nothing has moved for {after.TotalSeconds:0} s; {where}; not completed: {string.Join(", ", unfinished)}{Links(statuses)}";
    }

    /// <summary>A link that is not ready knows why.</summary>
    private static string Links(IReadOnlyList<SidecarStatus> statuses)
    {
        var reasons = statuses.SelectMany(status => status.Links)
            .Where(link => link.State is LinkState.Connecting or LinkState.Lost && link.Reason.Length > 0)
            .Select(link => $"{link.Edge} to {link.PeerPod}: {link.Reason}").Distinct().ToList();
        return reasons.Count == 0 ? "" : "; links: " + string.Join(", ", reasons);
    }
}
