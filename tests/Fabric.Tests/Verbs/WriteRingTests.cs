using K8sMediaFlow.Fabric.Verbs;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Fabric.Tests.Verbs;

public class WriteRingTests
{
    [Fact]
    public void Writes_complete_and_are_reported_in_order_and_a_cell_is_free_again_only_then()
    {
        var random = new Random(Seed.Take(nameof(Writes_complete_and_are_reported_in_order_and_a_cell_is_free_again_only_then)));
        var ring = new WriteRing(5);
        var tags = new ulong[3];
        ulong added = 0, completed = 0, reported = 0;
        for (var turn = 0; turn < 5000; turn++)
        {
            switch (random.Next(3))
            {
                case 0 when ring.Count < 5:
                    ring.NextCell.ShouldBe((int)(added % 5));
                    ring.Add(1000 + added++, works: 2);
                    break;
                case 1 when ring.Underway > 0:
                    ring.Complete();
                    completed++;
                    break;
                case 2:
                    var taken = ring.Take(tags);
                    tags.Take(taken).ShouldBe(Enumerable.Range(0, taken).Select(index => 1000 + reported + (ulong)index));
                    reported += (ulong)taken;
                    break;
            }
            (ring.Count, ring.Underway, ring.Works).ShouldBe(((int)(added - reported), (int)(added - completed), (int)(2 * (added - completed))));
        }
    }

    [Fact]
    public void A_full_ring_says_so()
    {
        var ring = new WriteRing(1);
        ring.RequireRoom();
        ring.Add(1, 1);
        Should.Throw<InvalidOperationException>(ring.RequireRoom);
        ring.Complete();
        Should.Throw<InvalidOperationException>(ring.RequireRoom);
    }

    [Theory]
    [InlineData(0u, 0ul)]
    [InlineData(FrameImmediate.SlotMax, 255ul)]
    [InlineData(12_345u, 1_000_000ul)]
    public void An_immediate_names_its_slot_and_its_write(uint slot, ulong number)
    {
        var immediate = FrameImmediate.Of(slot, number);
        FrameImmediate.Slot(immediate).ShouldBe(slot);
        FrameImmediate.IsNumber(immediate, number).ShouldBeTrue();
        FrameImmediate.IsNumber(immediate, number + 1).ShouldBeFalse();
        FrameImmediate.IsNumber(immediate, number + 256).ShouldBeTrue();
    }
}
