using System.Net;
using K8sMediaFlow.Fabric.Tcp;

namespace K8sMediaFlow.Fabric.Tests.Tls;

/// <summary>Both ends of one epoch, with a wiretap between them.</summary>
internal sealed class TappedPair : IDisposable
{
    private const uint Epoch = 7;

    private readonly IFabricListener _listener;
    private readonly IFabricOffer _offer;
    private readonly IFabricSender _sender;
    private readonly IFabricReceiver _receiver;

    public TappedPair(IFabric fabric, TestArea area)
    {
        Area = area;
        _listener = fabric.Listen(IPAddress.Loopback, 0, FabricOptions.Default);
        using var proposal = fabric.Propose(FabricOptions.Default);
        _offer = _listener.Open(Epoch, proposal.Bytes.Span, area.Address, area.LengthBytes);
        var invitation = TcpOfferPayload.Read(_offer.Bytes.Span);
        Tap = new Wiretap(invitation.Endpoint);
        _sender = proposal.Connect((invitation with { Endpoint = Tap.Endpoint }).ToBytes(), FabricPair.Watchdog);
        _receiver = _offer.Accept(FabricPair.Watchdog);
    }

    public TestArea Area { get; }

    public Wiretap Tap { get; }

    /// <summary>Sends one frame of one part into a slot; it has landed when this returns.</summary>
    public Landing Send(uint slot, MemoryPart part)
    {
        _receiver.Grant(slot, Area.Offset(slot), Area.BlockBytes);
        var frame = TestFrame.Of(Epoch, slot, 1, part);
        _sender.Write(slot, Area.Offset(slot), Area.BlockBytes, frame.Header, frame.Segments, slot);
        _receiver.TryReceive(out var landing, FabricPair.Watchdog).ShouldBeTrue();
        return landing;
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        Tap.Dispose();
        _offer.Dispose();
        _listener.Dispose();
    }
}
