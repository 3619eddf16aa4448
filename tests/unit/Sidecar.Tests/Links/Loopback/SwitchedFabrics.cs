using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tcp;
using K8sMediaFlow.Links.Fabrics;

namespace K8sMediaFlow.Sidecar.Tests.Links.Loopback;

/// <summary>
/// A better fabric that can be taken away and cut, before an ordinary one that may be absent: what a port that goes down and comes back
/// does.
/// </summary>
internal sealed class SwitchedFabrics : ILinkFabrics, IDisposable
{
    private readonly CuttableFabric _better = new(new OtherName(new TcpFabric()));
    private readonly TcpFabric _tcp = new();
    private readonly List<LinkFabric> _all;

    public SwitchedFabrics(bool hasTcp = true)
    {
        _all = [Of(_better)];
        if (hasTcp)
            _all.Add(Of(_tcp));
    }

    /// <summary>Why the better one cannot be used now; empty where it can.</summary>
    public string Obstacle { get; set; } = "";

    public FabricsNow Now => Obstacle.Length == 0 ? new FabricsNow(_all, "") : new FabricsNow([.. _all.Skip(1)], Obstacle);

    public void CutBetter() => _better.CutAll();

    public void Dispose()
    {
        foreach (var one in _all)
            one.Listener.Dispose();
        _better.Dispose();
        _tcp.Dispose();
    }

    private static LinkFabric Of(IFabric fabric) => new(fabric, fabric.Listen(IPAddress.Loopback, 0, FabricOptions.Default));

    /// <summary>Tcp that calls itself Verbs: which fabric it is matters only to who chooses.</summary>
    private sealed class OtherName(IFabric inner) : IFabric
    {
        public FabricKind Kind => FabricKind.Verbs;

        public IFabricListener Listen(IPAddress address, int port, FabricOptions options) => inner.Listen(address, port, options);

        public IFabricProposal Propose(FabricOptions options, FabricIdentity? identity = null) => inner.Propose(options, identity);

        public IDisposable Register(nint address, long lengthBytes) => inner.Register(address, lengthBytes);

        public void Dispose() => inner.Dispose();
    }
}
