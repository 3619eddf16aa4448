using System.Globalization;
using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tests;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>The other end is a process, and it is killed while frames are under way.</summary>
public sealed class VerbsPeerTests : IDisposable
{
    private const int FramesBeforeTheKill = 30;

    private readonly CableFabric _fabric = new();

    public void Dispose() => _fabric.Dispose();

    [Fact]
    public void A_sender_that_is_killed_ends_its_receiver_and_the_next_process_is_served()
    {
        var first = ReceiveFromAndKill();
        var held = HeldResources.Now();
        first.Fill(TestArea.Untouched);
        ReceiveFromAndKill();
        first.IsFilledWith(TestArea.Untouched).ShouldBeTrue();
        HeldResources.Now().ShouldBe(held);
    }

    [Fact]
    public void A_receiver_that_is_killed_ends_its_sender_and_the_next_process_is_sent_to()
    {
        SendToAndKill();
        var held = HeldResources.Now();
        SendToAndKill();
        HeldResources.Now().ShouldBe(held);
    }

    /// <summary>Returns the area that it received into.</summary>
    private TestArea ReceiveFromAndKill()
    {
        var area = new TestArea(PeerProgram.BlockBytes, PeerProgram.BlockCount);
        using var peer = PeerProcess.Start(sends: true);
        using var listener = _fabric.Listen(IPAddress.Any, 0, FabricOptions.Default);
        using var offer = listener.Open(FabricPair.Epoch, peer.HearBytes(), area.Address, area.LengthBytes);
        peer.Say(offer.Bytes);
        using var receiver = offer.Accept(FabricPair.Watchdog);
        for (var slot = 0u; slot < area.BlockCount; slot++)
            Grant(slot);
        for (var count = 0; count < FramesBeforeTheKill; count++)
        {
            receiver.TryReceive(out var landing, FabricPair.Watchdog).ShouldBeTrue();
            TestFrame.Number(area.Block(landing.Slot)).ShouldBe((ulong)count);
            Grant(landing.Slot);
        }
        peer.Kill();
        Ends(() => receiver.TryReceive(out _, FabricPair.Watchdog)).ShouldBe(FabricError.PeerGone);
        return area;

        void Grant(uint slot)
        {
            receiver.Grant(slot, area.Offset(slot), area.BlockBytes);
            peer.Say(slot.ToString(CultureInfo.InvariantCulture));
        }
    }

    private void SendToAndKill()
    {
        var source = new TestArea(PeerProgram.BlockBytes, 1);
        using var registration = _fabric.Register(source.Address, source.LengthBytes);
        using var peer = PeerProcess.Start(sends: false);
        using var proposal = _fabric.Propose(FabricOptions.Default);
        peer.Say(proposal.Bytes);
        using var sender = proposal.Connect(peer.HearBytes(), FabricPair.Watchdog);
        var tags = new ulong[PeerProgram.BlockCount];
        for (var number = 0; number < FramesBeforeTheKill; number++)
        {
            Write(uint.Parse(peer.Hear(), CultureInfo.InvariantCulture), number);
            sender.Poll(tags, TimeSpan.Zero);
        }
        // What it had granted it may have said; what is under way now meets a process that is no more.
        Write(uint.Parse(peer.Hear(), CultureInfo.InvariantCulture), FramesBeforeTheKill);
        peer.Kill();
        Ends(() => sender.Poll(tags, FabricPair.Watchdog) > 0).ShouldBe(FabricError.PeerGone);

        void Write(uint slot, int number)
        {
            var frame = PeerProgram.Frame(source, slot, (ulong)number);
            sender.Write(slot, slot * (long)PeerProgram.BlockBytes, PeerProgram.BlockBytes, frame.Header, frame.Segments, (ulong)number);
        }
    }

    /// <summary>Goes on until it fails, and says how; a wait that runs out is the test's failure.</summary>
    private static FabricError Ends(Func<bool> next)
    {
        try
        {
            while (next())
            {
            }
        }
        catch (FabricException ended)
        {
            return ended.Error;
        }
        throw new TimeoutException("the survivor noticed nothing");
    }
}
