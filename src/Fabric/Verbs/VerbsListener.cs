using System.Net;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>Makes offers. Each has a queue pair of its own, bound to the sender that proposed; there is no port.</summary>
internal sealed class VerbsListener(VerbsDevice device, FabricOptions options) : IFabricListener
{
    private readonly List<VerbsOffer> _offers = [];
    private bool _isDisposed;

    public IPEndPoint Endpoint => new(device.Port.Address.Address, 0);

    public IFabricOffer Open(uint epoch, ReadOnlySpan<byte> proposal, nint areaAddress, long areaLengthBytes,
        FabricIdentity? identity = null)
    {
        var sender = QueuePairInfo.Read(proposal);
        if (proposal.Length != sender.SizeBytes)
            throw new FabricException(FabricError.Incompatible, $"{proposal.Length} bytes are no verbs proposal");
        lock (_offers)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var offer = new VerbsOffer(this, device, epoch, sender, new GrantTable(epoch, areaAddress, areaLengthBytes, options.GrantsMax),
                areaAddress, areaLengthBytes, options);
            _offers.Add(offer);
            return offer;
        }
    }

    public void Forget(VerbsOffer offer)
    {
        lock (_offers)
            _offers.Remove(offer);
    }

    public void Dispose()
    {
        VerbsOffer[] open;
        lock (_offers)
        {
            _isDisposed = true;
            open = [.. _offers];
        }
        foreach (var offer in open)
            offer.Dispose();
    }
}
