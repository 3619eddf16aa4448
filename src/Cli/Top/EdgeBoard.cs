using K8sMediaFlow.Cli.Commands;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Cli.Top;

/// <summary>The statuses of all sidecars of a run, put together by edge. Thread-safe.</summary>
internal sealed class EdgeBoard(IReadOnlyList<string> edges)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Pod, string Edge, EdgeSide Side), EdgePart> _parts = [];
    private readonly Dictionary<string, SidecarStatus> _statuses = [];

    public void Accept(SidecarStatus status)
    {
        lock (_lock)
        {
            _statuses[status.Pod] = status;
            foreach (var edge in status.Edges)
                Part(status.Pod, edge).Accept(status.Incarnation, status.MonotonicNanoseconds, edge);
        }
        Changes.Raise();
    }

    /// <summary>Another status has come, or what else concerns the run has changed.</summary>
    public ChangeSignal Changes { get; } = new();

    /// <summary>The last status of each pod that has sent one.</summary>
    public IReadOnlyList<SidecarStatus> Statuses
    {
        get
        {
            lock (_lock)
                return _statuses.Values.ToList();
        }
    }

    /// <summary>What the sidecar of a replica's pod last said of it; null before that.</summary>
    public MediaOperatorReport? Operator(string pod, string name, int replica)
    {
        lock (_lock)
            return _statuses.GetValueOrDefault(pod)?.Operators.FirstOrDefault(status => status.Name == name && status.Replica == replica);
    }

    /// <summary>One row per edge, in the plan's order.</summary>
    public IReadOnlyList<EdgeRow> Rows()
    {
        lock (_lock)
        {
            var named = _parts.Keys.Select(key => key.Edge).Except(edges).Order(StringComparer.Ordinal);
            return edges.Concat(named).Select(Row).ToList();
        }
    }

    private EdgePart Part(string pod, EdgeStatus edge)
    {
        var key = (pod, edge.Edge, edge.Side);
        if (!_parts.TryGetValue(key, out var part))
            _parts[key] = part = new EdgePart();
        return part;
    }

    private EdgeRow Row(string edge)
    {
        var parts = _parts.Where(part => part.Key.Edge == edge).Select(part => part.Value).ToList();
        var totals = parts.Select(part => part.Total!).ToList();
        // Outbound parts count frames that an inbound part counts again.
        var arrived = parts.Where(part => part.Latest!.Side != EdgeSide.Outbound).ToList();
        var arrivals = arrived.Select(part => part.Total!).ToList();
        return new EdgeRow(
            edge,
            string.Join("+", totals.Select(total => Format.OfWay(total.Way)).Distinct().Order(StringComparer.Ordinal)),
            arrivals.Sum(total => total.Frames),
            arrivals.Sum(total => total.Bytes),
            arrived.Sum(part => part.FramesPerSecond),
            arrived.Sum(part => part.BytesPerSecond),
            arrived.Sum(part => part.MeanFramesPerSecond),
            arrivals.Sum(total => total.Gaps),
            arrivals.Sum(total => total.Duplicates),
            DropCounts.Sum(totals.Select(total => total.Drops)),
            arrivals.Aggregate(LatencyHistogram.Empty, (sum, total) => sum.Plus(total.Latency)),
            parts.Sum(part => part.Latest!.BlocksInUse),
            parts.Sum(part => part.Latest!.BlocksTotal),
            arrivals.Count > 0 && arrivals.All(total => total.Ended))
        {
            WaitsFor = string.Join("; ", parts.Select(part => part.Latest!.WaitsFor).Where(words => words.Length > 0).Distinct()),
        };
    }
}
