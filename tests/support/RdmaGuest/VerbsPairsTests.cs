using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tests;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>Connections of several queue pairs.</summary>
public sealed class VerbsPairsTests() : CableTests(BlockCount)
{
    private const int BlockCount = 16;

    [Theory]
    [InlineData(1, 4, 1)]
    [InlineData(8, 3, 3)]
    [InlineData(8, 8, 8)]
    public void The_end_that_wants_fewer_has_its_way_and_nothing_is_left_behind(int sending, int receiving, int expected)
    {
        var before = HeldResources.Now();
        using (var pair = Connect(sending, receiving))
        {
            (HeldResources.Now().QueuePairs - before.QueuePairs).ShouldBe(2 * expected);
            Exchange(pair, 50);
        }
        HeldResources.Now().ShouldBe(before);
    }

    [Fact]
    public void Frames_large_and_small_land_in_the_order_of_their_writes()
    {
        using var pair = Connect(4, 4);
        // A pair that has lost a packet stands still for a while, and what is behind it on the others overtakes it.
        using var disturbed = Cable.Disturb("loss", "2%");
        Exchange(pair, 120);
    }

    [Theory]
    [InlineData("eth0")]
    [InlineData("eth1")]
    public void A_cable_that_is_unplugged_ends_them_all_together(string port)
    {
        var before = HeldResources.Now();
        using (var pair = Connect(4, 4))
        {
            Exchange(pair, 5);
            using var unplugged = Cable.Unplug(port);
            pair.ReceiveUntilError().ShouldBe(FabricError.PeerGone);
            pair.PollUntilError().ShouldBe(FabricError.PeerGone);
            HeldResources.Now().QueuePairs.ShouldBe(before.QueuePairs);
        }
        using var next = Connect(4, 4);
        Exchange(next, 5);
    }

    private FabricPair Connect(int sending, int receiving) =>
        new(Fabric, Area, new FabricOptions { QueuePairs = receiving }, sending: new FabricOptions { QueuePairs = sending });

    /// <summary>Half of the blocks are under way at any time.</summary>
    private void Exchange(FabricPair pair, int count)
    {
        const int ahead = BlockCount / 2;
        for (var number = 0; number < count + ahead; number++)
        {
            if (number < count)
                Write(pair, number);
            if (number < ahead)
                continue;
            var due = number - ahead;
            var frame = Frame(due);
            pair.Receive().ShouldBe(new Landing(frame.Slot, frame.TotalBytes));
            Area.Block(frame.Slot)[..frame.TotalBytes].SequenceEqual(frame.Expected(Source)).ShouldBeTrue();
        }
        pair.PollAll(count);
    }

    private void Write(FabricPair pair, int number)
    {
        var frame = Frame(number);
        pair.Grant(frame.Slot);
        pair.Write(frame, (ulong)number);
    }

    /// <summary>Every third one is large.</summary>
    private TestFrame Frame(int number) =>
        TestFrame.Of(FabricPair.Epoch, (uint)(number % BlockCount), (ulong)number, Source.Part(number, number % 3 == 0 ? 60_000 : 100));
}
