using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>An edge laid over a placement: its replicas at both ends, and how frames get from one to the other.</summary>
internal sealed record EdgeRoute(GraphEdge Edge, IReadOnlyList<EndpointPlan> Producers, IReadOnlyList<EndpointPlan> Consumers, EdgeWay Way,
    string WayReason)
{
    /// <summary>Pairs of pods that need a link for this edge, in a stable order.</summary>
    internal IEnumerable<(string Source, string Target)> Links => Edge.Distribution == Distribution.OneToOne ? PairedLinks : CrossedLinks;

    private IEnumerable<(string Source, string Target)> PairedLinks =>
        Producers.Join(Consumers, end => end.Replica, end => end.Replica, (source, target) => (Source: source.Pod, Target: target.Pod))
            .Where(link => link.Source != link.Target).Distinct();

    private IEnumerable<(string Source, string Target)> CrossedLinks =>
        from source in Producers.Select(end => end.Pod).Distinct()
        from target in Consumers.Select(end => end.Pod).Distinct()
        where source != target
        select (source, target);

    /// <param name="edge">Which.</param>
    /// <param name="graph">That it is of.</param>
    /// <param name="ends">See <see cref="Ends"/>.</param>
    internal static EdgeRoute Of(GraphEdge edge, PipelineGraph graph, ILookup<string, EndpointPlan> ends)
    {
        IReadOnlyList<EndpointPlan> producers = [.. ends[edge.From.Operator]], consumers = [.. ends[edge.To.Operator]];
        var sources = producers.Select(end => end.Pod).Distinct().ToList();
        var targets = consumers.Select(end => end.Pod).Distinct().ToList();
        var local = sources.Count == 1 && targets.Count == 1 && sources[0] == targets[0];
        return new EdgeRoute(edge, producers, consumers, local ? EdgeWay.Local : WayOf(graph.LinkTransport),
            local ? $"both ends are in pod {sources[0]}: by reference" : Remote(graph, sources, targets));
    }

    /// <summary>
    /// Every replica, by its media operator. For all edges at once: a thousand pods are not looked through for each of them.
    /// </summary>
    internal static ILookup<string, EndpointPlan> Ends(Placement placement) =>
        placement.Pods.SelectMany(pod => pod.Replicas, (pod, one) => new EndpointPlan(one.Operator, one.Replica, pod.Name))
            .OrderBy(end => end.Replica).ToLookup(end => end.Operator);

    private static string Remote(PipelineGraph graph, List<string> sources, List<string> targets)
    {
        var way = graph.LinkTransport switch
        {
            _ when graph.Encryption == Encryption.Tls => "encryption TLS is asked for: TCP with TLS, since RDMA is not encrypted",
            Transport.Tcp => "transport TCP is asked for",
            Transport.Rdma => "transport RDMA is asked for",
            _ => "transport Auto: RDMA where both ends have a device, else TCP",
        };
        return $"{Pods(sources)} and {Pods(targets)} share no memory; {way}";
    }

    private static EdgeWay WayOf(Transport transport) => transport switch
    {
        Transport.Tcp => EdgeWay.Tcp,
        Transport.Rdma => EdgeWay.Rdma,
        _ => EdgeWay.Auto,
    };

    private static string Pods(List<string> names) => names.Count == 1 ? $"pod {names[0]}" : $"pods {names[0]} to {names[^1]}";
}
