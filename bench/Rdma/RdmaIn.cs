using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Verbs;

namespace K8sMediaFlow.Bench.Rdma;

/// <summary>The receiving half: a granted block is granted again as soon as its frame has landed.</summary>
internal sealed class RdmaIn : IDisposable
{
    private readonly RdmaArea _area;
    private readonly RdmaGrants _grants;
    private readonly IFabricListener _listener;
    private readonly IFabricOffer _offer;
    private IFabricReceiver? _receiver;

    public RdmaIn(VerbsFabric fabric, RdmaArea area, RdmaGrants grants, FabricOptions options, byte[] proposal)
    {
        (_area, _grants) = (area, grants);
        _listener = fabric.Listen(IPAddress.Any, 0, options);
        _offer = _listener.Open(RdmaArea.Epoch, proposal, area.Address, area.LengthBytes);
    }

    public ReadOnlySpan<byte> Offer => _offer.Bytes.Span;

    public void Accept()
    {
        _receiver = _offer.Accept(RdmaArea.Patience);
        for (var slot = 0u; slot < RdmaArea.Blocks; slot++)
            Grant(slot);
    }

    public RdmaResult Stream(int frames)
    {
        var meter = RdmaMeter.Start();
        for (var left = frames; left > 0; left--)
            Receive();
        return meter.Stop(0);
    }

    public void Receive() => Grant(Land());

    public uint Land()
    {
        if (!_receiver!.TryReceive(out var landing, RdmaArea.Patience))
            throw new TimeoutException("no frame came");
        if (landing.LengthBytes != _area.MessageBytes)
            throw new InvalidOperationException($"a frame of {landing.LengthBytes} bytes");
        return landing.Slot;
    }

    public void Dispose()
    {
        _receiver?.Dispose();
        _offer.Dispose();
        _listener.Dispose();
    }

    public void Grant(uint slot)
    {
        _receiver!.Grant(slot, _area.Offset(slot), _area.MessageBytes);
        _grants.Add();
    }
}
