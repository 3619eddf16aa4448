using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tests;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>Queues that are empty where they should not be, full, and more than full.</summary>
public sealed class VerbsQueueTests : IDisposable
{
    private const int BlockBytes = 4096, BlockCount = 256;

    private readonly CableFabric _fabric = new();
    private readonly TestArea _source = new(BlockBytes, 1);
    private readonly TestArea _area = new(BlockBytes, BlockCount);
    private readonly IDisposable _registration;

    public VerbsQueueTests() => _registration = _fabric.Register(_source.Address, _source.LengthBytes);

    public void Dispose()
    {
        _registration.Dispose();
        _fabric.Dispose();
    }

    [Fact]
    public void A_peer_that_never_posts_a_receive_is_refused()
    {
        using var proposal = _fabric.Propose(FabricOptions.Default);
        using var peer = new DeafReceiver(proposal.Bytes.Span, _area, receives: 0);
        var refused = Should.Throw<FabricException>(() => proposal.Connect(peer.Offer, FabricPair.Watchdog));
        refused.Error.ShouldBe(FabricError.Refused);
        refused.Message.ShouldContain("no receives");
    }

    [Fact]
    public void A_peer_that_stops_to_post_receives_ends_the_connection()
    {
        using var proposal = _fabric.Propose(FabricOptions.Default);
        // One for the hello, and two for frames.
        using var peer = new DeafReceiver(proposal.Bytes.Span, _area, receives: 3);
        using var sender = proposal.Connect(peer.Offer, FabricPair.Watchdog);
        for (var slot = 0u; slot < 3; slot++)
            Write(sender, slot, slot);
        var gone = UntilError(() => sender.Poll(new ulong[1], FabricPair.Watchdog) > 0);
        gone.Error.ShouldBe(FabricError.PeerGone);
        gone.Message.ShouldContain("no receives");
    }

    [Fact]
    public void A_completion_queue_that_is_full_again_and_again_loses_nothing()
    {
        var options = new FabricOptions { GrantsMax = BlockCount, WritesInFlightMax = BlockCount };
        using var pair = new FabricPair(_fabric, _area, options);
        for (var round = 0ul; round < 3; round++)
        {
            for (var slot = 0u; slot < BlockCount; slot++)
                pair.Grant(slot);
            for (var slot = 0u; slot < BlockCount; slot++)
                Write(pair.Sender, slot, (round * BlockCount) + slot);
            // All of it has arrived before the receiver looks for the first time.
            pair.PollAll(BlockCount);
            for (var slot = 0u; slot < BlockCount; slot++)
            {
                pair.Receive().Slot.ShouldBe(slot);
                TestFrame.Number(_area.Block(slot)).ShouldBe((round * BlockCount) + slot);
            }
        }
    }

    [Fact]
    public void A_peer_that_writes_more_than_it_was_granted_is_stopped_and_found_out()
    {
        using var pair = new FabricPair(_fabric, _area, new FabricOptions { GrantsMax = 8 });
        pair.Grant(0);
        Should.Throw<FabricException>(() =>
        {
            for (var number = 0ul; number < 200; number++)
                Write(pair.Sender, 0, number);
            pair.PollAll(200);
        }).Error.ShouldBe(FabricError.PeerGone);
        pair.Receive().Slot.ShouldBe(0u);
        pair.ReceiveUntilError().ShouldBe(FabricError.GrantViolation);
    }

    [Fact]
    public void A_receivers_completion_queue_that_overflows_ends_that_connection_and_no_other()
    {
        using var other = new FabricPair(_fabric, new TestArea(BlockBytes, 1));
        using (var pair = new FabricPair(_fabric, _area, new FabricOptions { CompletionsMax = 4 }, sending: FabricOptions.Default))
        {
            Overflow(pair);
            var broken = UntilError(() => pair.Receiver.TryReceive(out _, FabricPair.Watchdog));
            broken.Error.ShouldBe(FabricError.PeerGone);
            broken.Message.ShouldContain("CompletionQueueFailed");
            pair.PollUntilError().ShouldBe(FabricError.PeerGone);
        }
        other.Grant(0);
        Write(other.Sender, 0, 1);
        other.Receive().Slot.ShouldBe(0u);
    }

    [Fact]
    public void A_senders_completion_queue_that_overflows_ends_the_connection()
    {
        using var pair = new FabricPair(_fabric, _area, FabricOptions.Default, sending: new FabricOptions { CompletionsMax = 4 });
        Overflow(pair);
        pair.PollUntilError().ShouldBe(FabricError.PeerGone);
        pair.ReceiveUntilError().ShouldBe(FabricError.PeerGone);
    }

    /// <summary>More frames than a small completion queue has entries, while nobody looks.</summary>
    private void Overflow(FabricPair pair)
    {
        for (var slot = 0u; slot < 64; slot++)
        {
            pair.Grant(slot);
            Write(pair.Sender, slot, slot);
        }
    }

    private void Write(IFabricSender sender, uint slot, ulong number)
    {
        var frame = TestFrame.Of(FabricPair.Epoch, slot, number, _source.Part(0, 500));
        sender.Write(slot, _area.Offset(slot), BlockBytes, frame.Header, frame.Segments, number);
    }

    private static FabricException UntilError(Func<bool> next)
    {
        try
        {
            while (next())
            {
            }
        }
        catch (FabricException ended)
        {
            return ended;
        }
        throw new TimeoutException("nothing came, and no error");
    }
}
