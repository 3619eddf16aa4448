using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>Reads from a plan which ends this pod has and which of them a channel connects.</summary>
internal static class PodTopology
{
    public static string MediaOperatorEndpoint(string name, int replica) => $"{name}-{replica}";

    public static string InboundEnd(LinkPlan link) => $"{link.Edge} from {link.PeerPod}";

    public static string OutboundEnd(LinkPlan link) => $"{link.Edge} to {link.PeerPod}";

    public static IReadOnlyList<PortPair> Pairs(SidecarPlan plan) => [.. plan.Edges.SelectMany(edge => Pairs(plan, edge))];

    private static IEnumerable<PortPair> Pairs(SidecarPlan plan, EdgePlan edge)
    {
        var producers = Local(plan, edge.Producers).ToList();
        var consumers = Local(plan, edge.Consumers).ToList();
        var inbound = plan.Inbound.Where(link => link.Edge == edge.Name).Select(InboundEnd).ToList();
        var outbound = plan.Outbound.Where(link => link.Edge == edge.Name).Select(OutboundEnd).ToList();
        // What comes by a link goes to this pod's consumers only: the sending pod has a link to each of the others.
        return Cross(edge, producers, [.. consumers, .. outbound]).Concat(Cross(edge, inbound, consumers));
    }

    private static IEnumerable<PortPair> Cross(EdgePlan edge, List<string> producers, List<string> consumers) =>
        from producer in producers
        from consumer in consumers
        select new PortPair(edge.Name, producer, consumer, edge.ChannelCapacity, CanTakeBack: edge.Queue is not null);

    private static IEnumerable<string> Local(SidecarPlan plan, IReadOnlyList<EndpointPlan> ends) =>
        ends.Where(end => end.Pod == plan.Pod).Select(end => MediaOperatorEndpoint(end.Operator, end.Replica));
}
