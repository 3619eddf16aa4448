using K8sMediaFlow.Fabric.Verbs;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Fabric.Tests.Verbs;

public class WriteRingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Writes_are_reported_in_order_however_their_queue_pairs_complete_and_a_cell_is_free_again_only_then(int pairs)
    {
        var random = new Random(Seed.Take(nameof(
            Writes_are_reported_in_order_however_their_queue_pairs_complete_and_a_cell_is_free_again_only_then)));
        var ring = new WriteRing(5, pairs);
        var tags = new ulong[3];
        var next = Enumerable.Range(0, pairs).Select(one => (ulong)one).ToArray();
        ulong added = 0, completed = 0, reported = 0;
        for (var turn = 0; turn < 5000; turn++)
        {
            var pair = random.Next(pairs);
            switch (random.Next(3))
            {
                case 0 when ring.Count < 5:
                    ring.NextCell.ShouldBe((int)(added % 5));
                    ring.Add(1000 + added++, works: 2);
                    break;
                case 1 when next[pair] < added:
                    ring.TryComplete(next[pair] + (ulong)pairs).ShouldBeFalse();
                    ring.TryComplete(next[pair]).ShouldBeTrue();
                    ring.TryComplete(next[pair]).ShouldBeFalse();
                    next[pair] += (ulong)pairs;
                    completed++;
                    break;
                case 2:
                    var taken = ring.Take(tags);
                    tags.Take(taken).ShouldBe(Enumerable.Range(0, taken).Select(index => 1000 + reported + (ulong)index));
                    reported += (ulong)taken;
                    break;
            }
            (ring.Count, ring.Underway, ring.Works)
                .ShouldBe(((int)(added - reported), (int)(added - next.Min(one => Math.Min(one, added))), (int)(2 * (added - completed))));
        }
    }

    [Fact]
    public void A_full_ring_says_so()
    {
        var ring = new WriteRing(1, pairs: 1);
        ring.RequireRoom();
        ring.Add(1, 1);
        Should.Throw<InvalidOperationException>(ring.RequireRoom);
        ring.TryComplete(0).ShouldBeTrue();
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
