using System.Net;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>
/// Frames by one-sided writes of an RNIC (RoCE v2): out of the producers' blocks into granted blocks, without a CPU on the way. A queue
/// pair per connection, its two halves brought together by what proposal and offer say; nothing is registered on a frame's path.
/// A writer that goes beyond its grants is found out when its write arrives, not before: the device knows the block area, not the grants.
/// </summary>
public sealed class VerbsFabric : IFabric
{
    private readonly VerbsDevice _device;
    private readonly VerbsRegistrations _registrations;

    private VerbsFabric(VerbsDevice device) => (_device, _registrations) = (device, new VerbsRegistrations(device.Domain));

    public FabricKind Kind => FabricKind.Verbs;

    /// <summary>Name of the device in use.</summary>
    public string DeviceName => _device.Context.Name;

    /// <summary>Its address on the wire, as it was at the last look.</summary>
    public IPAddress Address => _device.Port.Address.Address;

    /// <summary>Packets of no bytes that were sent to ask whether peers live; each is answered by another.</summary>
    public long Probes => _device.Probes;

    /// <exception cref="VerbsUnusableException">This machine cannot, and why.</exception>
    public static VerbsFabric Open(VerbsChoice choice) => new(VerbsDevice.Open(choice));

    /// <summary>
    /// Looks whether the device can still be used; proposals and offers from now on have the state and the address that its port has now.
    /// For one thread, while others propose and open.
    /// </summary>
    /// <exception cref="VerbsUnusableException">Not now, and why; or never again, where the device itself failed.</exception>
    public void Refresh() => _device.Refresh();

    /// <summary>
    /// Nothing listens: what arrives, arrives at the queue pair of an offer. Address and port are the device's own matter.
    /// </summary>
    public IFabricListener Listen(IPAddress address, int port, FabricOptions options) => new VerbsListener(_device, options);

    public IFabricProposal Propose(FabricOptions options, FabricIdentity? identity = null) =>
        new VerbsProposal(_device, _registrations, options);

    public IDisposable Register(nint address, long lengthBytes) => _registrations.Add(address, lengthBytes);

    public void Dispose() => _device.Dispose();
}
