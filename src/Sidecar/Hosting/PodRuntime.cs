using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tcp;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Links;
using K8sMediaFlow.Sidecar.Ports;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sidecar.Hosting;

/// <summary>Everything that one plan makes in one pod: ports, links, the link listener and the attach socket.</summary>
internal sealed class PodRuntime : IDisposable
{
    private readonly TcpFabric _fabric = new();
    private readonly IFabricListener _fabricListener;
    private readonly LinkListener _linkListener;
    private readonly AttachServer _attach;
    private readonly WaitPolicy _waiting;

    public PodRuntime(SidecarOptions options, SidecarPlan plan, Incarnation incarnation, Func<LinkCredentials> credentials)
    {
        Plan = plan;
        Ports = new PodPorts(PodTopology.Pairs(plan));
        Roster = new OperatorRoster(plan, new CompletedStore(options.StateDirectory));
        _waiting = WaitPolicyOf(plan.Polling);
        var address = IPAddress.Parse(options.Address);
        _fabricListener = _fabric.Listen(address, options.DataPort, FabricOptions.Default);
        _linkListener = new LinkListener(new IPEndPoint(address, options.LinkPort), PipelineName, _fabricListener, FabricKind.Tcp, credentials, new LinkOptions());
        Inbound = [.. plan.Inbound.Select(link => OpenInbound(link, incarnation))];
        Outbound = [.. plan.Outbound.Select(link => OpenOutbound(link, incarnation, credentials))];
        foreach (var name in Roster.Completed)
            StandInFor(name);
        _linkListener.Start();
        _attach = new AttachServer(options.SocketPath, Ports, plan, incarnation, Roster, options.ObserverTokenSha256);
    }

    public SidecarPlan Plan { get; }

    public PodPorts Ports { get; }

    public OperatorRoster Roster { get; }

    public IReadOnlyList<(InboundPort Port, InboundLink Link)> Inbound { get; }

    public IReadOnlyList<(OutboundPort Port, OutboundLink Link)> Outbound { get; }

    public bool IsDraining => _attach.IsDraining;

    /// <summary>Everybody has completed, and nothing is left that a link still has to bring away.</summary>
    public bool IsFinished => Roster.AllCompleted && Outbound.All(one => one.Port.Ended) && Inbound.All(one => one.Port.NotDone == 0);

    private string PipelineName => $"{Plan.Namespace}/{Plan.Pipeline}";

    /// <summary>Asks the pod's media operators to end and waits until they have and the links are empty. False: the time was over first.</summary>
    public bool Drain(TimeSpan deadline)
    {
        var limit = DateTime.UtcNow + deadline;
        _attach.Stop(deadline, "the pod is ending");
        while (HasLivingOperators() || Outbound.Any(one => !one.Port.IsEmpty))
        {
            if (DateTime.UtcNow > limit)
                return false;
            Thread.Sleep(10);
        }
        return Outbound.All(one => one.Link.Drain(limit - DateTime.UtcNow is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero));
    }

    // Attached processes first, then what reads their memory, then the memory.
    public void Dispose()
    {
        _attach.Dispose();
        _linkListener.Dispose();
        foreach (var (_, link) in Outbound)
            link.Dispose();
        foreach (var (_, link) in Inbound)
            link.Dispose();
        _fabricListener.Dispose();
        Ports.Dispose();
        _fabric.Dispose();
    }

    private bool HasLivingOperators()
    {
        var living = false;
        Ports.Visit((ends, _) => living = ends.Any(end => end is OperatorEnd { IsAlive: true }));
        return living;
    }

    private void StandInFor(string completed)
    {
        Ports.AddCompleted(completed);
        foreach (var (port, _) in Outbound)
            if (Plan.Edges.First(edge => edge.Name == port.Edge).Producers.Any(end => end.Pod == Plan.Pod && PodTopology.OperatorEnd(end.Operator, end.Replica) == completed))
                port.ProducerCompleted(completed);
    }

    private (InboundPort Port, InboundLink Link) OpenInbound(LinkPlan link, Incarnation incarnation)
    {
        var edge = Plan.Edges.First(one => one.Name == link.Edge);
        var consumers = edge.Consumers.Where(end => end.Pod == Plan.Pod).Select(end => PodTopology.OperatorEnd(end.Operator, end.Replica));
        var port = new InboundPort(link, edge, [.. consumers], _waiting);
        Ports.Add(port);
        var inbound = new InboundLink(new InboundEndpoint(PipelineName, link.Edge, link.PeerPod, link.PeerIdentities), port, incarnation, new LinkOptions());
        inbound.Start();
        _linkListener.Add(inbound);
        return (port, inbound);
    }

    private (OutboundPort Port, OutboundLink Link) OpenOutbound(LinkPlan link, Incarnation incarnation, Func<LinkCredentials> credentials)
    {
        var edge = Plan.Edges.First(one => one.Name == link.Edge);
        var port = new OutboundPort(link, edge.Producers.Count(end => end.Pod == Plan.Pod), _waiting, Log.Write);
        Ports.Add(port);
        var endpoint = new OutboundEndpoint(PipelineName, link.Edge, Plan.Pod, link.PeerPod, link.PeerAddress, link.PeerLinkPort, link.PeerIdentities);
        var outbound = new OutboundLink(endpoint, port, _fabric, FabricOptions.Default, credentials, incarnation, new LinkOptions());
        outbound.Start();
        return (port, outbound);
    }

    private static WaitPolicy WaitPolicyOf(PollingPlan polling) => new(polling.Mode switch
    {
        PollingMode.Busy => WaitMode.Busy,
        PollingMode.Event => WaitMode.Event,
        _ => WaitMode.Hybrid,
    }, polling.SpinMicroseconds);
}
