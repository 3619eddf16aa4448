using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Validation;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>From a graph and a placement to one plan per sidecar. Pure: the same arguments give the same bytes.</summary>
public static class PipelinePlanner
{
    /// <exception cref="PlanRefusedException">The graph breaks a rule, or its frames do not fit the memory that they may have.</exception>
    /// <exception cref="ArgumentException">The placement does not have every replica exactly once, or parts a SamePod group.</exception>
    public static IReadOnlyList<SidecarPlan> Plan(PipelineGraph graph, Placement placement, PlanVersion version,
        PlannerOptions? options = null) =>
        Draw(graph, placement, version, options).Sidecars;

    /// <summary>The plans together with the sums and reasons behind them.</summary>
    /// <inheritdoc cref="Plan"/>
    public static PipelinePlan Draw(PipelineGraph graph, Placement placement, PlanVersion version, PlannerOptions? options = null)
    {
        Refuse(GraphRules.CheckDocument(graph));
        PlacementRules.Demand(graph, placement);
        var sizing = PipelineSizing.Of(graph, placement, options ?? PlannerOptions.Default);
        Refuse(sizing.Violations);
        var edges = graph.Edges.Select(edge => Edge(edge, sizing)).ToList();
        var touching = edges.SelectMany(edge => edge.Producers.Concat(edge.Consumers).Select(end => end.Pod).Distinct(),
            (edge, pod) => (Pod: pod, Edge: edge)).ToLookup(one => one.Pod, one => one.Edge);
        var links = new LinkPlanner(graph, placement, sizing);
        var sidecars = placement.Pods.Select(pod => Sidecar(graph, version, pod, sizing, [.. touching[pod.Name]], links)).ToList();
        return new PipelinePlan(sidecars, sizing.Regions, [.. WarningRules.Check(new GraphIndex(graph)), .. sizing.Warnings])
        {
            Edges = edges,
        };
    }

    private static void Refuse(IReadOnlyList<GraphViolation> violations)
    {
        if (violations.Count > 0)
            throw new PlanRefusedException(violations);
    }

    private static EdgePlan Edge(GraphEdge edge, PipelineSizing sizing)
    {
        var route = sizing.Routes[edge.Name];
        var caps = sizing.Caps(edge);
        return new EdgePlan(edge.Name, edge.From, edge.To, edge.Distribution, edge.Order, edge.OnFull, edge.Delivery,
            sizing.ChannelCapacity(edge), sizing.Borrowed(edge), caps, caps.FrameBytes, route.Producers, route.Consumers, route.Way,
                route.WayReason)
        {
            PairsReplicas = edge.Distribution == Distribution.OneToOne,
            KeyField = edge.KeyField,
            Queue = sizing.Queue(edge),
        };
    }

    private static SidecarPlan Sidecar(PipelineGraph graph, PlanVersion version, PodPlacement pod, PipelineSizing sizing,
        IReadOnlyList<EdgePlan> edges, LinkPlanner links)
    {
        return new SidecarPlan(version, graph.Namespace, graph.Name, pod.Name, graph.Execution,
            new PollingPlan(graph.Polling.Mode, graph.Polling.SpinMicroseconds),
            [.. pod.Replicas.Select(replica => Operator(graph, pod, replica, sizing))],
            edges,
            [.. links.Outbound(pod.Name)],
            [.. links.Inbound(pod.Name)])
        {
            HugePages = graph.Staging.HugePages,
            Transport = graph.LinkTransport,
            Encryption = graph.Encryption,
            RdmaAddress = pod.RdmaAddress,
            QueuePairs = graph.Rdma is { QueuePairs: > 1 } rdma ? rdma.QueuePairs : null,
            TrafficClass = graph.Rdma is { TrafficClass: > 0 } marked ? marked.TrafficClass : null,
            LinkSilenceMilliseconds = graph.Staging.LinkSilenceMilliseconds is var silence
                && silence != StagingNode.LinkSilenceMillisecondsDefault ? silence : null,
            LinkHungMilliseconds = graph.Staging.LinkHungMilliseconds is var hung && hung != StagingNode.LinkHungMillisecondsDefault
                ? hung
                : null,
        };
    }

    private static MediaOperatorPlan Operator(PipelineGraph graph, PodPlacement pod, ReplicaPlacement replica, PipelineSizing sizing)
    {
        var node = graph.Operators.First(one => one.Name == replica.Operator);
        var inputs = node.Inputs.Select(port => graph.Edges.First(edge => edge.To == new PortRef(node.Name, port.Name))).ToList();
        return new MediaOperatorPlan(node.Name, replica.Replica, replica.TokenSha256,
            sizing.Region(pod.Name, PipelineSizing.OwnerOf(node.Name, replica.Replica))?.Classes ?? [],
            [.. inputs.Select(edge => new InputPortPlan(edge.To.Port, edge.Name, sizing.Caps(edge)))],
            [.. node.Outputs.Select(port => Output(graph, new PortRef(node.Name, port.Name), sizing))],
            inputs.Select(sizing.Borrowed).DefaultIfEmpty(0).Max());
    }

    private static OutputPortPlan Output(PipelineGraph graph, PortRef port, PipelineSizing sizing) => new(port.Port,
        [.. graph.Edges.Where(edge => edge.From == port).Select(edge => edge.Name)], sizing.Caps(port), sizing.Window(port).QuotaBlocks);
}
