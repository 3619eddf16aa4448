using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Verbs;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>Sends by one device of the guest and receives by the other, so that every frame crosses the cable between them.</summary>
/// <param name="queuePairs">Of each connection; null as the options say.</param>
internal sealed class CableFabric(int? queuePairs = null) : IFabric
{
    private readonly VerbsFabric _sending = VerbsFabric.Open(new VerbsChoice { Device = "rxe0", Address = IPAddress.Parse("10.77.0.1") });
    private readonly VerbsFabric _receiving = VerbsFabric.Open(new VerbsChoice { Device = "rxe1", Address = IPAddress.Parse("10.77.0.2") });

    public FabricKind Kind => FabricKind.Verbs;

    public IFabricListener Listen(IPAddress address, int port, FabricOptions options) => _receiving.Listen(address, port, With(options));

    public IFabricProposal Propose(FabricOptions options, FabricIdentity? identity = null) => _sending.Propose(With(options));

    public IDisposable Register(nint address, long lengthBytes) => _sending.Register(address, lengthBytes);

    public void Refresh()
    {
        _sending.Refresh();
        _receiving.Refresh();
    }

    public void Dispose()
    {
        _sending.Dispose();
        _receiving.Dispose();
    }

    private FabricOptions With(FabricOptions options) => queuePairs is { } count ? options with { QueuePairs = count } : options;
}
