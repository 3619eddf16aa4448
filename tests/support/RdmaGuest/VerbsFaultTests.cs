using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tests;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>What befalls the wire, and peers that say other things than they should.</summary>
public sealed class VerbsFaultTests() : CableTests(BlockCount)
{
    private const int BlockCount = 8;
    private const int KeyOffset = 48, EpochOffset = 44;

    [Theory]
    [InlineData("eth0")]
    [InlineData("eth1")]
    public void A_cable_that_is_unplugged_ends_both_ends_and_a_new_epoch_works_when_it_is_back(string port)
    {
        using (var pair = new FabricPair(Fabric, Area))
        {
            Exchange(pair, 5);
            using var unplugged = Cable.Unplug(port);
            pair.ReceiveUntilError().ShouldBe(FabricError.PeerGone);
            pair.PollUntilError().ShouldBe(FabricError.PeerGone);
        }
        using var next = new FabricPair(Fabric, Area);
        Exchange(next, 5);
    }

    [Fact]
    public void A_wire_that_loses_everything_ends_both_ends_and_nothing_hangs()
    {
        using (var pair = new FabricPair(Fabric, Area))
        {
            Exchange(pair, 5);
            using var silence = Cable.Disturb("loss", "100%");
            pair.Grant(0);
            pair.Write(TestFrame.Of(FabricPair.Epoch, 0, 1, Source.Part(0, 1000)));
            pair.PollUntilError().ShouldBe(FabricError.PeerGone);
            pair.ReceiveUntilError().ShouldBe(FabricError.PeerGone);
        }
        using var next = new FabricPair(Fabric, Area);
        Exchange(next, 5);
    }

    [Fact]
    public void A_wire_that_loses_some_packets_loses_no_frame_and_doubles_none()
    {
        using var pair = new FabricPair(Fabric, Area);
        var before = Cable.Disturbances();
        using var disturbed = Cable.Disturb("loss", "5%");
        Exchange(pair, 40);
        Cable.Disturbances().ShouldBeGreaterThan(before);
    }

    [Fact]
    public void A_key_of_an_earlier_epoch_opens_nothing()
    {
        using var listener = Fabric.Listen(IPAddress.Any, 0, FabricOptions.Default);
        var (old, _) = Open(listener, epoch: 1);
        var key = old.Bytes.Slice(KeyOffset, 4).ToArray();
        old.Dispose();
        var (offer, proposal) = Open(listener, epoch: 2);
        var forged = offer.Bytes.ToArray();
        forged.AsSpan(KeyOffset, 4).SequenceEqual(key).ShouldBeFalse();
        key.CopyTo(forged, KeyOffset);
        using var sender = proposal.Connect(forged, FabricPair.Watchdog);
        using var receiver = offer.Accept(FabricPair.Watchdog);
        receiver.Grant(0, 0, BlockBytes);
        var frame = TestFrame.Of(2, 0, 1, Source.Part(0, 1000));
        sender.Write(0, 0, BlockBytes, frame.Header, frame.Segments, 1);
        Should.Throw<FabricException>(() => sender.Poll(new ulong[1], FabricPair.Watchdog)).Error.ShouldBe(FabricError.PeerGone);
        Should.Throw<FabricException>(() => receiver.TryReceive(out _, FabricPair.Watchdog)).Error.ShouldBe(FabricError.PeerGone);
        Area.IsFilledWith(TestArea.Untouched).ShouldBeTrue();
    }

    [Fact]
    public void A_first_word_of_another_epoch_is_refused()
    {
        using var listener = Fabric.Listen(IPAddress.Any, 0, FabricOptions.Default);
        var (offer, proposal) = Open(listener, epoch: 1);
        var forged = offer.Bytes.ToArray();
        forged[EpochOffset]++;
        using var sender = proposal.Connect(forged, FabricPair.Watchdog);
        Should.Throw<FabricException>(() => offer.Accept(FabricPair.Watchdog)).Error.ShouldBe(FabricError.Malformed);
        Should.Throw<FabricException>(() => sender.Poll(new ulong[1], FabricPair.Watchdog)).Error.ShouldBe(FabricError.PeerGone);
    }

    [Fact]
    public void A_frame_that_does_not_stand_in_its_block_is_malformed()
    {
        using var pair = new FabricPair(Fabric, Area);
        pair.Grant(1);
        // The immediate names the slot, the bytes went elsewhere: what stands in the slot is an older frame's header.
        TestFrame.Of(FabricPair.Epoch - 1, 1, 1).Header.CopyTo(Area.Block(1));
        var frame = TestFrame.Of(FabricPair.Epoch, 1, 1, Source.Part(0, 100));
        pair.Sender.Write(1, Area.Offset(2), BlockBytes, frame.Header, frame.Segments, 1);
        pair.ReceiveUntilError().ShouldBe(FabricError.Malformed);
    }

    [Fact]
    public void Memory_that_nobody_registered_ends_the_connection_as_incompatible()
    {
        using var pair = new FabricPair(Fabric, Area);
        var stranger = new TestArea(4096, 1);
        pair.Grant(0);
        for (var turn = 0; turn < 2; turn++)
            Should.Throw<FabricException>(() => pair.Write(TestFrame.Of(FabricPair.Epoch, 0, 1, stranger.Part(0, 100))))
                .Error.ShouldBe(FabricError.Incompatible);
        pair.ReceiveUntilError().ShouldBe(FabricError.PeerGone);
    }

    private (IFabricOffer Offer, IFabricProposal Proposal) Open(IFabricListener listener, uint epoch)
    {
        var proposal = Fabric.Propose(FabricOptions.Default);
        return (listener.Open(epoch, proposal.Bytes.Span, Area.Address, Area.LengthBytes), proposal);
    }

    private void Exchange(FabricPair pair, int count)
    {
        for (var number = 0; number < count; number++)
        {
            var slot = (uint)(number % BlockCount);
            pair.Grant(slot);
            var frame = TestFrame.Of(FabricPair.Epoch, slot, (ulong)number, Source.Part(number, 30_000), Source.Part(40_000, number));
            pair.Write(frame, (ulong)number);
            var landing = pair.Receive();
            landing.ShouldBe(new Landing(slot, frame.TotalBytes));
            Area.Block(slot)[..landing.LengthBytes].SequenceEqual(frame.Expected(Source)).ShouldBeTrue();
            pair.PollAll(1);
        }
    }
}
