using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>Reads from a plan which ends this pod has and which of them a channel connects.</summary>
internal static class PodTopology
{
    public static string MediaOperatorEndpoint(string name, int replica) => $"{name}-{replica}";

    public static string InboundEnd(LinkPlan link) => $"{link.Edge} from {link.PeerPod}";

    public static string OutboundEnd(LinkPlan link) => $"{link.Edge} to {link.PeerPod}";

    public static IReadOnlyList<PortPair> Pairs(SidecarPlan plan) => [.. plan.Edges.SelectMany(edge => Pairs(plan, edge))];

    /// <summary>This pod's media operators that send into a link.</summary>
    public static IReadOnlyList<string> ProducersInto(SidecarPlan plan, LinkPlan outbound)
    {
        var edge = EdgeOf(plan, outbound);
        return [.. At(edge.Producers, plan.Pod).Where(end => !edge.PairsReplicas
            || At(edge.Consumers, outbound.PeerPod).Any(peer => edge.Joins(end, peer))).Select(NameOf)];
    }

    /// <summary>This pod's media operators that get what comes by a link.</summary>
    public static IReadOnlyList<string> ConsumersOf(SidecarPlan plan, LinkPlan inbound)
    {
        var edge = EdgeOf(plan, inbound);
        return [.. At(edge.Consumers, plan.Pod).Where(end => !edge.PairsReplicas
            || At(edge.Producers, inbound.PeerPod).Any(peer => edge.Joins(peer, end))).Select(NameOf)];
    }

    /// <summary>The first of the consumer's replicas in a pod: by it, every producer of the edge knows the link there.</summary>
    public static int FirstReplicaAt(EdgePlan edge, string pod) =>
        At(edge.Consumers, pod).Select(end => end.Replica).DefaultIfEmpty().Min();

    private static IEnumerable<PortPair> Pairs(SidecarPlan plan, EdgePlan edge)
    {
        var local = from producer in At(edge.Producers, plan.Pod)
                    from consumer in At(edge.Consumers, plan.Pod)
                    where edge.Joins(producer, consumer)
                    select Pair(edge, NameOf(producer), NameOf(consumer));
        var outbound = plan.Outbound.Where(link => link.Edge == edge.Name)
            .SelectMany(link => ProducersInto(plan, link), (link, producer) => Pair(edge, producer, OutboundEnd(link)));
        // What comes by a link goes to this pod's consumers only: the sending pod has a link to each of the others.
        var inbound = plan.Inbound.Where(link => link.Edge == edge.Name)
            .SelectMany(link => ConsumersOf(plan, link), (link, consumer) => Pair(edge, InboundEnd(link), consumer));
        return [.. local, .. outbound, .. inbound];
    }

    private static PortPair Pair(EdgePlan edge, string producer, string consumer) =>
        new(edge.Name, producer, consumer, edge.ChannelCapacity, CanTakeBack: edge.Queue is not null);

    private static EdgePlan EdgeOf(SidecarPlan plan, LinkPlan link) => plan.Edges.First(one => one.Name == link.Edge);

    private static IEnumerable<EndpointPlan> At(IReadOnlyList<EndpointPlan> ends, string pod) => ends.Where(end => end.Pod == pod);

    private static string NameOf(EndpointPlan end) => MediaOperatorEndpoint(end.Operator, end.Replica);
}
