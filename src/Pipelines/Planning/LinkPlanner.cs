using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>The links of a pod: one for each edge and pair of pods, seen from either end.</summary>
internal sealed class LinkPlanner(PipelineGraph graph, Placement placement, PipelineSizing sizing)
{
    internal IEnumerable<LinkPlan> Outbound(string pod) =>
        from route in sizing.Routes.Values
        from link in route.Links
        where link.Source == pod
        select Link(route, link.Target, route.Edge.To.Operator, []);

    internal IEnumerable<LinkPlan> Inbound(string pod) =>
        from route in sizing.Routes.Values
        from link in route.Links
        where link.Target == pod
        select Link(route, link.Source, route.Edge.From.Operator, sizing.Region(pod, PipelineSizing.OwnerOf(route.Edge.Name, link.Source))!.Classes);

    private LinkPlan Link(EdgeRoute route, string peerPod, string peerOperator, IReadOnlyList<BlockClassPlan> classes)
    {
        var peer = placement.Pods.First(one => one.Name == peerPod);
        return new LinkPlan(route.Edge.Name, peerPod, peer.Address, peer.LinkPort,
            [PeerIdentity.Of(graph.Namespace, graph.Name, peerOperator)], classes);
    }
}
