using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>The links of pods: one for each edge and pair of pods, seen from either end.</summary>
internal sealed class LinkPlanner
{
    private readonly PipelineGraph _graph;
    private readonly PipelineSizing _sizing;
    private readonly Dictionary<string, PodPlacement> _pods;
    private readonly ILookup<string, (EdgeRoute Route, string Peer)> _outbound, _inbound;

    internal LinkPlanner(PipelineGraph graph, Placement placement, PipelineSizing sizing)
    {
        (_graph, _sizing) = (graph, sizing);
        _pods = placement.Pods.ToDictionary(pod => pod.Name);
        var links = sizing.Routes.Values.SelectMany(route => route.Links, (route, link) => (Route: route, link.Source, link.Target))
            .ToList();
        _outbound = links.ToLookup(link => link.Source, link => (link.Route, link.Target));
        _inbound = links.ToLookup(link => link.Target, link => (link.Route, link.Source));
    }

    internal IEnumerable<LinkPlan> Outbound(string pod) =>
        _outbound[pod].Select(link => Link(link.Route, link.Peer, link.Route.Edge.To.Operator, []));

    internal IEnumerable<LinkPlan> Inbound(string pod) => _inbound[pod].Select(link =>
        Link(link.Route, link.Peer, link.Route.Edge.From.Operator,
            _sizing.Region(pod, PipelineSizing.OwnerOf(link.Route.Edge.Name, link.Peer))!.Classes));

    private LinkPlan Link(EdgeRoute route, string peerPod, string peerOperator, IReadOnlyList<BlockClassPlan> classes)
    {
        var peer = _pods[peerPod];
        return new LinkPlan(route.Edge.Name, peerPod, peer.Address, peer.LinkPort,
            [PeerIdentity.Of(_graph.Namespace, _graph.Name, peerOperator)], classes);
    }
}
