using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>
/// All the sums of a pipeline over a placement: windows, regions, and what of it does not fit. Expects a graph that keeps the rules.
/// </summary>
internal sealed class PipelineSizing
{
    private const int ListedRegions = 4;

    private readonly GraphIndex _index;
    private readonly CapsFlow _caps;
    private readonly PlannerOptions _options;
    private readonly ChosenBlocks _chosen;
    private readonly WindowSums _sums;
    private readonly ILookup<string, (EdgeRoute Route, string Source)> _arriving;
    private readonly Dictionary<(string Pod, string Owner), RegionSizing> _byOwner;

    private PipelineSizing(PipelineGraph graph, Placement placement, PlannerOptions options)
    {
        _index = new GraphIndex(graph);
        _caps = new CapsFlow(_index);
        _chosen = new ChosenBlocks(graph.Staging);
        _options = options = _chosen.IsEmpty ? options : options.Least;
        var ends = EdgeRoute.Ends(placement);
        Routes = graph.Edges.ToDictionary(edge => edge.Name, edge => EdgeRoute.Of(edge, graph, ends));
        _arriving = Routes.Values.SelectMany(route => route.Links, (route, link) => (route, link.Source, link.Target))
            .ToLookup(link => link.Target, link => (link.route, link.Source));
        _sums = new WindowSums(_index, _caps, Routes, options);
        Warnings = [.. JoinArms.Widen(_index, _caps, _sums, options)];
        Regions = [.. placement.Pods.SelectMany(OfPod)];
        Violations = [.. Regions.Where(_ => !_chosen.IsEmpty).Select(_chosen.Misfit).OfType<GraphViolation>()];
        if (!_chosen.IsEmpty && Violations.Count == 0)
            Regions = [.. Grown(placement).Select(_chosen.Of)];
        _byOwner = Regions.ToDictionary(region => (region.Pod, region.Owner));
        Violations = [.. Violations, .. TooLarge(), .. TooDeep()];
    }

    internal IReadOnlyDictionary<string, EdgeRoute> Routes { get; }
    internal IReadOnlyList<RegionSizing> Regions { get; }
    internal IReadOnlyList<GraphViolation> Warnings { get; }
    internal IReadOnlyList<GraphViolation> Violations { get; }

    internal static PipelineSizing Of(PipelineGraph graph, Placement placement, PlannerOptions options) => new(graph, placement, options);

    internal static string OwnerOf(string name, int replica) => FormattableString.Invariant($"{name}/{replica}");

    internal static string OwnerOf(string edge, string sourcePod) => $"link {edge} from {sourcePod}";

    internal RegionSizing? Region(string pod, string owner) => _byOwner.GetValueOrDefault((pod, owner));

    internal MediaCaps Caps(GraphEdge edge) => _caps.Output(edge.From)!;

    internal MediaCaps Caps(PortRef output) => _caps.Output(output)!;

    internal int Borrowed(GraphEdge edge) => _sums.Borrowed(edge);

    internal FrameWindow Window(PortRef output) => _sums.Window(output);

    internal EdgeQueuePlan? Queue(GraphEdge edge) => edge.IsSentOnce ? _sums.Queue(edge) : null;

    /// <summary>A channel never fills: it holds every block that its producer's quota allows, and notices beside.</summary>
    internal int ChannelCapacity(GraphEdge edge)
    {
        const int NoticesMax = 16;
        var needed = Math.Max(_sums.Window(edge.From).QuotaBlocks + NoticesMax, Borrowed(edge));
        return (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(needed,
            _options.DepthOf(Caps(edge).FrameBytes).Channel));
    }

    /// <summary>The regions with windows as large as the chosen blocks allow.</summary>
    private IEnumerable<RegionSizing> Grown(Placement placement)
    {
        _sums.Percent = _chosen.Percent(percent =>
        {
            _sums.Percent = percent;
            return placement.Pods.SelectMany(OfPod);
        });
        return placement.Pods.SelectMany(OfPod);
    }

    private IEnumerable<RegionSizing> OfPod(PodPlacement pod)
    {
        foreach (var replica in pod.Replicas)
            if (_index.Operator(replica.Operator) is { Outputs.Count: > 0 } node)
                yield return OfOperator(pod.Name, node, replica.Replica);
        foreach (var (route, source) in _arriving[pod.Name])
            yield return OfLink(pod.Name, source, route);
    }

    private RegionSizing OfOperator(string pod, MediaOperatorNode node, int replica)
    {
        var windows = node.Outputs.Select(port => _sums.Window(new PortRef(node.Name, port.Name))).ToList();
        return new RegionSizing(pod, OwnerOf(node.Name, replica), windows, RegionClasses.ForOutputs(windows))
        {
            HugePages = _index.Graph.Staging.HugePages,
        };
    }

    private RegionSizing OfLink(string pod, string source, EdgeRoute route)
    {
        var window = _sums.Window(route.Edge.From);
        var own = new FrameWindow(route.Edge.Name, window.FrameBytes, _sums.Landing(route.Edge));
        return new RegionSizing(pod, OwnerOf(route.Edge.Name, source), [own], [new(BlockSizes.Landing(window.FrameBytes), own.Frames)])
        {
            HugePages = _index.Graph.Staging.HugePages,
        };
    }

    private IEnumerable<GraphViolation> TooDeep() =>
        from node in _index.Graph.Operators.Select((node, place) => (Ports: node.Outputs, node.Name, Place: place))
        from port in node.Ports.Select((port, place) => (Window: _sums.Window(new PortRef(node.Name, port.Name)), Place: place))
        where port.Window.Frames > PlanLimits.WindowFramesMax
        select new GraphViolation($"spec.operators[{node.Place}].outputs[{port.Place}]", GraphReason.OutOfBounds,
            FormattableString.Invariant(
                $"{port.Window.Port} needs room for {port.Window.Frames} frames under way, and the most is {PlanLimits.WindowFramesMax}: ")
            + $"{string.Join(" + ", port.Window.Terms)}; lower maxBorrowed or replicas of its consumers");

    private IEnumerable<GraphViolation> TooLarge() =>
        from pod in Regions.GroupBy(region => region.Pod)
        let bytes = pod.Sum(region => region.MemoryBytes)
        where bytes > _options.PodRegionBytesMax
        select new GraphViolation("spec", GraphReason.MemoryExceeded,
            $"pod {pod.Key} needs {Bytes.Text(bytes)} for frames, more than {Bytes.Text(_options.PodRegionBytesMax)}: {Largest([.. pod])}");

    /// <summary>The largest regions, so that the message stays short: a pod may have hundreds.</summary>
    private static string Largest(IReadOnlyList<RegionSizing> regions) =>
        string.Join("; ", regions.Count <= ListedRegions ? regions : regions.OrderByDescending(region => region.MemoryBytes)
            .Take(ListedRegions))
        + (regions.Count > ListedRegions ? $"; and {regions.Count - ListedRegions} more" : "");
}
