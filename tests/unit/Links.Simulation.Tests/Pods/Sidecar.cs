using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Fabrics;
using K8sMediaFlow.Links.Simulation.Tests.Network;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Links.Simulation.Tests.Pods;

/// <summary>One life of a sidecar: the product's listener and links, between played ends.</summary>
internal sealed class Sidecar : IDisposable
{
    private const string Pipeline = "sim/line";
    private const int Port = 7000;

    private static readonly string[] Identities = ["k8smediaflow://sim/line/any"];

    private readonly Pod _pod;
    private readonly LinkListener _listener;
    private readonly List<InboundLink> _inbound = [];
    private readonly List<OutboundLink> _outbound = [];
    private readonly List<(Operator Operator, Ingress Ingress, IOutboundChannel Channel)> _attached = [];

    public Sidecar(Pod pod, Process process, ushort life, ulong incarnation)
    {
        var world = pod.World;
        (_pod, Process) = (pod, process);
        var platform = new SteppedPlatform(world.Scheduler, process, world.Control, pod.Address, world.Fail);
        world.Scheduler.Add(platform);
        var options = new LinkOptions { HungMax = TimeSpan.FromSeconds(3), Clock = new VirtualClock(world.Scheduler, process) };
        _listener = new LinkListener(Pipeline, FabricsOf(null), NoCredentials, options) { Platform = platform };
        foreach (var link in pod.Inbound)
            Receive(link, platform, life, new Incarnation(incarnation), options);
        foreach (var link in pod.Outbound)
            Send(link, platform, new Incarnation(incarnation), options);
        world.Control.Listen(pod.Address, process, _listener);
    }

    public Process Process { get; }

    public List<Ingress> Ingresses { get; } = [];

    public List<(LinkPlace Link, Egress Egress)> Egresses { get; } = [];

    /// <summary>The media operator that it has a connection to.</summary>
    public Operator? Attached { get; set; }

    public IReadOnlyList<OutboundLink> Outbound => _outbound;

    /// <summary>Nothing is on its way here.</summary>
    public bool IsIdle => Ingresses.TrueForAll(static one => one.Fan.InFlight == 0)
        && Egresses.TrueForAll(static one => one.Egress.HeldCount == 0)
        && _outbound.TrueForAll(static link => link.Status.Retained == 0);

    /// <summary>Gives a consumer its channel of a link.</summary>
    public void Attach(Ingress ingress, Ring ring, Operator consumer)
    {
        var channel = new RingOut(ring);
        ring.Returned = ingress.Wake;
        ingress.Fan.Attach(ingress.Subscriber, channel);
        _attached.Add((consumer, ingress, channel));
        ingress.Wake();
    }

    /// <summary>A media operator is dead: its frames go out still, and what it had goes to its next life.</summary>
    public void OperatorGone(Operator gone)
    {
        Attached = null;
        foreach (var (_, ingress, _) in _attached.Where(one => one.Operator == gone).ToList())
            ingress.Fan.Detach(ingress.Subscriber, isCompleted: false);
        foreach (var (_, egress) in Egresses)
            egress.Close(gone);
        TakeBackFrom(gone);
    }

    /// <summary>Ends in order, as a sidecar does whose pod is removed.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        _outbound.ForEach(static link => link.Dispose());
        _inbound.ForEach(static link => link.Dispose());
    }

    /// <summary>Only when all that the dead one had sent is let go of, what it had borrowed is back.</summary>
    private void TakeBackFrom(Operator gone)
    {
        if (Attached == gone || Egresses.Exists(one => one.Egress.Has(gone)))
            return;
        foreach (var (_, ingress, channel) in _attached.Where(one => one.Operator == gone).ToList())
        {
            ingress.Fan.TakeBack(channel);
            ingress.Wake();
        }
        _attached.RemoveAll(one => one.Operator == gone);
    }

    private void Receive(LinkPlace link, SteppedPlatform platform, ushort life, Incarnation incarnation, LinkOptions options)
    {
        var ingress = new Ingress(_pod.World.Scheduler, Process, link, new RegionName((ushort)(Ingresses.Count + 1), life));
        _pod.World.Scheduler.Add(ingress);
        Ingresses.Add(ingress);
        var endpoint = new InboundEndpoint(Pipeline, link.Edge.Name, link.From.Name, Identities, link.From.Address);
        var inbound = new InboundLink(endpoint, ingress, incarnation, options) { Platform = platform };
        inbound.Start();
        _listener.Add(inbound);
        _inbound.Add(inbound);
    }

    private void Send(LinkPlace link, SteppedPlatform platform, Incarnation incarnation, LinkOptions options)
    {
        var egress = new Egress(_pod.World.Scheduler, link, number => number == 0 ? null : Ingresses[number - 1].Area, TakeBackFrom);
        Egresses.Add((link, egress));
        var endpoint = new OutboundEndpoint(Pipeline, link.Edge.Name, _pod.Name, link.To.Name, link.To.Address, Port, Identities,
            _pod.Address);
        var outbound = new OutboundLink(endpoint, egress, FabricsOf(link), FabricOptions.Default, NoCredentials, incarnation, options)
        {
            Platform = platform,
        };
        outbound.Start();
        _outbound.Add(outbound);
    }

    private Always FabricsOf(LinkPlace? link)
    {
        var fabric = new WatchedFabric(_pod.World.Data, Process, LinkAt, link);
        var listener = fabric.Listen(IPAddress.Parse(_pod.Address), 0, FabricOptions.Default);
        return new Always(new FabricsNow([new LinkFabric(fabric, listener)], ""));
    }

    private LinkPlace? LinkAt(nint area)
    {
        var index = Ingresses.FindIndex(one => one.AreaAddress == area);
        return index < 0 ? null : _pod.Inbound[index];
    }

    // Who is who is not played here.
    private static LinkCredentials NoCredentials() => new(null!, null!);

    private sealed class Always(FabricsNow now) : ILinkFabrics
    {
        public FabricsNow Now => now;
    }
}
