using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>
/// How many frames of each output port may be sent and not done. A producer keeps a frame until all that derives from it is
/// done, so the sum runs down the whole chain to the sinks. Where a chain forks, the longest arm counts: frames enter all arms
/// in the same order, so what is alive in a shorter arm is alive in the longest, too.
/// </summary>
internal sealed class WindowSums
{
    private readonly GraphIndex _index;
    private readonly CapsFlow _caps;
    private readonly PlannerOptions _options;
    private readonly IReadOnlyDictionary<string, EdgeRoute> _routes;
    private readonly Dictionary<string, IReadOnlyList<SizingTerm>> _chains = [];
    private readonly Dictionary<PortRef, FrameWindow> _windows = [];
    private readonly Dictionary<(string Edge, int Percent), IReadOnlyList<SizingTerm>> _landings = [];
    private readonly Dictionary<string, bool> _ordered = [];

    internal WindowSums(GraphIndex index, CapsFlow caps, IReadOnlyDictionary<string, EdgeRoute> routes, PlannerOptions options)
    {
        (_index, _caps, _routes, _options) = (index, caps, routes, options);
        foreach (var node in index.Graph.Operators)
            foreach (var port in node.Outputs)
                Window(new PortRef(node.Name, port.Name));
    }

    /// <summary>Room for more frames of every port alike, in percent of their own sums.</summary>
    internal int Percent { get; set; } = 100;

    internal FrameWindow Window(PortRef port)
    {
        if (_windows.TryGetValue(port, out var known))
            return Grown(known);
        var bytes = _caps.Output(port)!.FrameBytes;
        var terms = new List<SizingTerm> { new(_options.DepthOf(bytes).Loans, $"being written by {port.Operator}") };
        terms.AddRange(Alive(_index.EdgesFrom(port)));
        terms.AddRange(Redispatch(port, terms.Sum(term => term.Frames)));
        return _windows[port] = new FrameWindow(port.ToString(), bytes, terms);
    }

    /// <summary>Makes room for more frames of a port, for a reason that only the whole graph shows.</summary>
    internal void Widen(PortRef port, SizingTerm term) => _windows[port] = _windows[port] with { Terms = [.. _windows[port].Terms, term] };

    internal int Borrowed(GraphEdge edge) =>
        _index.Input(edge.To)!.MaxBorrowed ?? _options.DepthOf(_caps.Output(edge.From)!.FrameBytes).Borrowed;

    /// <summary>What may be alive of an edge's frames in the edge itself and behind it.</summary>
    internal IReadOnlyList<SizingTerm> Chain(GraphEdge edge)
    {
        if (_chains.TryGetValue(edge.Name, out var known))
            return known;
        var behind = Alive(_index.EdgesFrom(_index.Operator(edge.To.Operator)!));
        return _chains[edge.Name] = [.. OwnTerms(edge), .. behind];
    }

    /// <summary>
    /// What a link's landing region has room for: the edge and what is behind it. Before a reorder window it is the sender's whole
    /// window: when a replica dies its frames are sent again, and a region full of younger ones, all of which wait for a missing one,
    /// would have no room for that one.
    /// </summary>
    internal IReadOnlyList<SizingTerm> Landing(GraphEdge edge)
    {
        // The same for all links of an edge, and down a long chain a long sum.
        if (_landings.TryGetValue((edge.Name, Percent), out var known))
            return known;
        return _landings[(edge.Name, Percent)] = LandingTerms(edge);
    }

    private SizingTerm[] LandingTerms(GraphEdge edge)
    {
        var window = Window(edge.From);
        SizingTerm[] own = [new(window.Terms[0].Frames, $"about to be sent by {edge.From.Operator}"), .. Chain(edge)];
        var ordered = edge.Order == FrameOrder.BySequence || OrderedBehind(_index.Operator(edge.To.Operator)!);
        var missing = window.Frames - own.Sum(term => term.Frames);
        return ordered && missing > 0 && !edge.IsSentOnce
            ? [.. own, new(missing, "sent again behind younger ones, when a replica dies")]
            : own;
    }

    /// <summary>How much of an edge that delivers at most once may wait.</summary>
    internal EdgeQueuePlan Queue(GraphEdge edge)
    {
        var window = Chain(edge).Sum(term => term.Frames);
        return new EdgeQueuePlan(_options.DepthOf(_caps.Output(edge.From)!.FrameBytes).Queue, window, window - WireFrames(edge),
            edge.DeadlineMilliseconds);
    }

    /// <summary>
    /// What is alive of frames that enter all of these edges. Of those that keep every frame the longest counts. A consumer of one that
    /// delivers at most once may hold frames that all the others are done with: each of these counts by itself.
    /// </summary>
    private IEnumerable<SizingTerm> Alive(IEnumerable<GraphEdge> edges) =>
        Longest(edges.Where(edge => !edge.IsSentOnce)).Concat(edges.Where(edge => edge.IsSentOnce).SelectMany(Chain));

    private IReadOnlyList<SizingTerm> Longest(IEnumerable<GraphEdge> edges) =>
        edges.Select(Chain).OrderByDescending(terms => terms.Sum(term => term.Frames)).FirstOrDefault() ?? [];

    private IEnumerable<SizingTerm> OwnTerms(GraphEdge edge)
    {
        var route = _routes[edge.Name];
        var depth = _options.DepthOf(_caps.Output(edge.From)!.FrameBytes);
        var parts = AreShared(edge) ? 1 : route.Consumers.Count;
        if (WireFrames(edge) is > 0 and var onWire)
            yield return new(onWire, $"on the wire to {edge.To.Operator}{Times(onWire / depth.Wire, depth.Wire)}");
        yield return new(depth.Queue * parts, $"waiting for {edge.To}{Times(parts, depth.Queue)}");
        yield return new(Borrowed(edge) * parts, $"borrowed by {edge.To.Operator}{Times(parts, Borrowed(edge))}");
        if (edge.Order == FrameOrder.BySequence && route.Producers.Count > 1)
            yield return new(depth.Reorder * route.Producers.Count,
                $"in the reorder window of {edge.To}{Times(route.Producers.Count, depth.Reorder)}");
    }

    // Under Broadcast all consumers wait for the same frames, unless each may miss others; dealt out, each waits for its own; paired,
    // there is only one.
    private static bool AreShared(GraphEdge edge) => edge.Distribution == Distribution.OneToOne
        || (edge.Distribution == Distribution.Broadcast && !edge.IsSentOnce);

    private int WireFrames(GraphEdge edge)
    {
        var route = _routes[edge.Name];
        var links = AreShared(edge) ? 1 : route.Consumers.Select(end => end.Pod).Distinct().Count();
        return route.Way == EdgeWay.Local ? 0 : links * _options.DepthOf(_caps.Output(edge.From)!.FrameBytes).Wire;
    }

    /// <summary>
    /// When a replica dies, its frames go to the others, behind younger ones that already wait in a reorder window for them. A replica
    /// whose window were smaller than its producer's could be full of those younger frames and never come to the missing one.
    /// </summary>
    private IEnumerable<SizingTerm> Redispatch(PortRef port, int frames)
    {
        var node = _index.Operator(port.Operator)!;
        if (node.ReplicaCount < 2 || !OrderedBehind(node))
            yield break;
        var needed = _index.EdgesInto(node).Select(edge => Window(edge.From).Frames).DefaultIfEmpty(0).Max();
        if (needed > frames)
            yield return new(needed - frames, $"of other replicas of {node.Name}, when one dies");
    }

    private bool OrderedBehind(MediaOperatorNode node)
    {
        if (!_ordered.TryGetValue(node.Name, out var ordered))
            _ordered[node.Name] = ordered = _index.EdgesFrom(node)
                .Any(edge => edge.Order == FrameOrder.BySequence || OrderedBehind(_index.Operator(edge.To.Operator)!));
        return ordered;
    }

    private FrameWindow Grown(FrameWindow window)
    {
        var more = (int)(window.Frames * (Percent - 100L) / 100);
        return more == 0 ? window : window with { Terms = [.. window.Terms, new(more, "that blockClasses has room for")] };
    }

    private static string Times(int count, int each) => count == 1 ? "" : FormattableString.Invariant($" ({count} x {each})");
}
