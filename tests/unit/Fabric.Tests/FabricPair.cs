using System.Net;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Fabric.Tests;

/// <summary>A connected sender and receiver of one epoch, with the area that is written into.</summary>
internal sealed class FabricPair : IDisposable
{
    public const uint Epoch = 7;
    public static readonly TimeSpan Watchdog = Hang.Bound;

    private readonly IFabricListener _listener;
    private readonly IFabricOffer _offer;

    public FabricPair(IFabric fabric, TestArea area, FabricOptions? options = null, FabricOptions? sending = null)
    {
        var chosen = options ?? FabricOptions.Default;
        Area = area;
        _listener = fabric.Listen(IPAddress.Loopback, 0, chosen);
        using var proposal = fabric.Propose(sending ?? chosen);
        _offer = _listener.Open(Epoch, proposal.Bytes.Span, area.Address, area.LengthBytes);
        Sender = proposal.Connect(_offer.Bytes.Span, Watchdog);
        Receiver = _offer.Accept(Watchdog);
    }

    public TestArea Area { get; }

    public IFabricSender Sender { get; }

    public IFabricReceiver Receiver { get; }

    public void Grant(uint slot) => Receiver.Grant(slot, Area.Offset(slot), Area.BlockBytes);

    public void Write(TestFrame frame, ulong tag = 0, int? sizeBytes = null) =>
        Sender.Write(frame.Slot, Area.Offset(frame.Slot), sizeBytes ?? Area.BlockBytes, frame.Header, frame.Segments, tag);

    /// <summary>The next landing; a wait that runs out is the test's failure.</summary>
    public Landing Receive()
    {
        var startedAt = DateTime.UtcNow;
        while (DateTime.UtcNow - startedAt < Watchdog)
        {
            if (Receiver.TryReceive(out var landing, TimeSpan.FromMilliseconds(100)))
                return landing;
        }
        throw new TimeoutException("nothing landed");
    }

    /// <summary>Receives until the connection ends, and says how.</summary>
    public FabricError ReceiveUntilError()
    {
        try
        {
            while (true)
                Receive();
        }
        catch (FabricException ended)
        {
            return ended.Error;
        }
    }

    /// <summary>Polls until the sender notices the end of the connection, and says how it ended.</summary>
    public FabricError PollUntilError()
    {
        var startedAt = DateTime.UtcNow;
        try
        {
            while (DateTime.UtcNow - startedAt < Watchdog)
                Sender.Poll(new ulong[16], TimeSpan.FromMilliseconds(50));
        }
        catch (FabricException ended)
        {
            return ended.Error;
        }
        throw new TimeoutException("the sender noticed nothing");
    }

    public void PollAll(int count)
    {
        var tags = new ulong[64];
        var startedAt = DateTime.UtcNow;
        while (count > 0 && DateTime.UtcNow - startedAt < Watchdog)
            count -= Sender.Poll(tags, TimeSpan.FromMilliseconds(50));
        count.ShouldBe(0);
    }

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
        _offer.Dispose();
        _listener.Dispose();
    }
}
