using System.Net;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Native;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Runtime;
using K8sMediaFlow.Staging.Channels;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sidecar.Runtime;

/// <summary>A link that ends in this pod.</summary>
internal sealed record InboundPair(IngressBridge Port, InboundLink Link);

/// <summary>A link that begins in this pod.</summary>
internal sealed record OutboundPair(EgressBridge Port, OutboundLink Link);

/// <summary>The links of a pod, with their ends in its ports; they come and go with the plan.</summary>
internal sealed class PodLinks : IDisposable
{
    private readonly PodFabrics _fabrics;
    private readonly LinkListener _listener;
    private readonly ChannelBroker _ports;
    private readonly WaitPolicy _waiting;
    private readonly Func<LinkCredentials> _credentials;
    private readonly string _address;
    private readonly ILogger _logger;
    private readonly List<LinkRetirement> _retiring = [];

    // Swapped whole: status is read by other threads.
    private volatile InboundPair[] _inbound = [];
    private volatile OutboundPair[] _outbound = [];

    public PodLinks(SidecarOptions options, SidecarPlan plan, ChannelBroker ports, WaitPolicy waiting, Func<LinkCredentials> credentials,
        ILogger logger, IFabric? fabric = null)
    {
        (_ports, _waiting, _credentials, _address, _logger) = (ports, waiting, credentials, options.Address, logger);
        _fabrics = new PodFabrics(options, plan, logger, fabric);
        try
        {
            var endpoint = new IPEndPoint(IPAddress.Parse(options.Address), options.LinkPort);
            LinkOptions = OptionsOf(plan);
            _listener = new LinkListener(endpoint, $"{plan.Namespace}/{plan.Pipeline}", _fabrics, credentials, LinkOptions);
        }
        catch
        {
            // The plan will be sent again, and then the port has to be free.
            _fabrics.Dispose();
            throw;
        }
    }

    public IReadOnlyList<InboundPair> Inbound => _inbound;

    public IReadOnlyList<OutboundPair> Outbound => _outbound;

    /// <summary>Their times and limits: the first plan's, for as long as the pod lives.</summary>
    public LinkOptions LinkOptions { get; }

    /// <summary>What they may travel over.</summary>
    public PodFabrics Fabrics => _fabrics;

    /// <summary>Connections that were refused, by reason.</summary>
    public IReadOnlyDictionary<LinkLoss, long> Refusals => _listener.Refusals;

    /// <summary>Peers are let in.</summary>
    public void Start() => _listener.Start();

    /// <summary>
    /// Makes the ends of inbound links: their memory is what can be missing. No peer and no media operator knows of them yet.
    /// </summary>
    /// <exception cref="Staging.StagingException">There is no memory for one; none is left then.</exception>
    public IReadOnlyList<IngressBridge> Prepare(SidecarPlan plan, IReadOnlyList<LinkPlan> added)
    {
        var prepared = new List<IngressBridge>();
        try
        {
            foreach (var link in added)
                prepared.Add(Prepare(plan, link));
            return prepared;
        }
        catch
        {
            prepared.ForEach(port => port.Dispose());
            throw;
        }
    }

    /// <summary>Lets peers of a prepared end dial in.</summary>
    public void Open(SidecarPlan plan, LinkPlan link, IngressBridge port, Incarnation incarnation)
    {
        _ports.Add(port);
        var inbound = new InboundLink(EndpointOf(plan, link), port, incarnation, OptionsFor(plan, link));
        inbound.Start();
        _listener.Add(inbound);
        _inbound = [.. _inbound, new InboundPair(port, inbound)];
    }

    /// <summary>Begins to dial a peer.</summary>
    /// <param name="plan">The plan that has the link.</param>
    /// <param name="link">Whom to dial, for which edge.</param>
    /// <param name="incarnation">Of this link: one that was there before under the same names counted its frames from 1, too.</param>
    public void Open(SidecarPlan plan, LinkPlan link, Incarnation incarnation)
    {
        var edge = plan.Edges.First(one => one.Name == link.Edge);
        var port = new EgressBridge(link, PodTopology.ProducersInto(plan, link).Count, _waiting,
            refusal => _logger.LogWarning("{Refusal}", refusal), edge.Queue)
        {
            Register = _fabrics.Register,
            FirstReplica = PodTopology.FirstReplicaAt(edge, link.PeerPod),
        };
        _ports.Add(port);
        var outbound = new OutboundLink(OutboundEndpointOf(plan, link), port, _fabrics, _fabrics.Options, _credentials, incarnation,
            OptionsFor(plan, link));
        outbound.Start();
        _outbound = [.. _outbound, new OutboundPair(port, outbound)];
    }

    /// <summary>What has moved is dialled, or let in, where it is now.</summary>
    public void Redirect(SidecarPlan plan, LinkChanges inbound, LinkChanges outbound)
    {
        foreach (var link in inbound.Moved)
            _inbound.First(pair => pair.Port.Name == PodTopology.InboundEnd(link)).Link.Redirect(EndpointOf(plan, link));
        foreach (var link in outbound.Moved)
            _outbound.First(pair => pair.Port.Name == PodTopology.OutboundEnd(link)).Link.Redirect(OutboundEndpointOf(plan, link));
    }

    /// <summary>Begins the end of links that the plan does not have any more.</summary>
    public void Retire(LinkChanges inbound, LinkChanges outbound)
    {
        _retiring.RemoveAll(one => one.IsOver);
        foreach (var name in inbound.Removed.Select(PodTopology.InboundEnd))
        {
            var pair = _inbound.First(one => one.Port.Name == name);
            _inbound = [.. _inbound.Where(one => one != pair)];
            _retiring.Add(LinkRetirement.Of(_ports, pair.Port, pair.Link, _listener, _logger));
        }
        foreach (var name in outbound.Removed.Select(PodTopology.OutboundEnd))
        {
            var pair = _outbound.First(one => one.Port.Name == name);
            _outbound = [.. _outbound.Where(one => one != pair)];
            _retiring.Add(LinkRetirement.Of(_ports, pair.Port, pair.Link, _logger));
        }
    }

    /// <summary>Two ends of one name cannot live beside each other: one that is on its way out and comes back goes first.</summary>
    public void ForceRetire(IEnumerable<string> names)
    {
        foreach (var retiring in _retiring.Where(one => names.Contains(one.Name)).ToArray())
            retiring.Dispose();
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var retiring in _retiring)
            retiring.Dispose();
        foreach (var (_, link) in _outbound)
            link.Dispose();
        foreach (var (_, link) in _inbound)
            link.Dispose();
        _fabrics.Dispose();
    }

    /// <summary>Frames that may be dropped wait for a processor that moves frames which may not.</summary>
    private LinkOptions OptionsFor(SidecarPlan plan, LinkPlan link) =>
        plan.Edges.First(one => one.Name == link.Edge).Queue is null ? LinkOptions : LinkOptions with { OnThread = ThreadNice.GiveWay };

    /// <summary>Both ends of a link follow the same pipeline, so they agree; a heartbeat may be late three times.</summary>
    private static LinkOptions OptionsOf(SidecarPlan plan)
    {
        var silence = TimeSpan.FromMilliseconds(plan.LinkSilenceMilliseconds ?? StagingNode.LinkSilenceMillisecondsDefault);
        return new LinkOptions
        {
            SilenceMax = silence,
            HeartbeatInterval = silence / 4,
            HungMax = TimeSpan.FromMilliseconds(plan.LinkHungMilliseconds ?? StagingNode.LinkHungMillisecondsDefault),
        };
    }

    private IngressBridge Prepare(SidecarPlan plan, LinkPlan link)
    {
        var edge = plan.Edges.First(one => one.Name == link.Edge);
        return new IngressBridge(link, edge, PodTopology.ConsumersOf(plan, link), plan.HugePages, _waiting, _fabrics.MayUseDevice);
    }

    private static InboundEndpoint EndpointOf(SidecarPlan plan, LinkPlan link) =>
        new($"{plan.Namespace}/{plan.Pipeline}", link.Edge, link.PeerPod, link.PeerIdentities, link.PeerAddress);

    private OutboundEndpoint OutboundEndpointOf(SidecarPlan plan, LinkPlan link) =>
        new($"{plan.Namespace}/{plan.Pipeline}", link.Edge, plan.Pod, link.PeerPod, link.PeerAddress, link.PeerLinkPort,
            link.PeerIdentities, _address);
}
