using K8sMediaFlow.Fabric.Verbs;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Fabric.Tests.Verbs;

public class LandingOrderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void However_the_queue_pairs_overtake_each_other_writes_come_in_order(int pairs)
    {
        const ulong writes = 2000;
        const int ahead = 64;
        var random = new Random(Seed.Take(nameof(However_the_queue_pairs_overtake_each_other_writes_come_in_order)));
        var order = new LandingOrder(pairs, ahead);
        var next = Enumerable.Range(0, pairs).Select(one => (ulong)one).ToArray();
        for (var due = 0ul; due < writes;)
        {
            var pair = random.Next(pairs);
            if (next[pair] < Math.Min(due + ahead, writes))
            {
                order.Add(pair, FrameImmediate.Of((uint)next[pair], next[pair]));
                next[pair] += (ulong)pairs;
            }
            for (; order.TryTake(out var from, out var immediate); due++)
                (from, FrameImmediate.Slot(immediate)).ShouldBe(((int)(due % (ulong)pairs), (uint)due));
        }
        order.TryTake(out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_write_of_another_number_than_its_queue_pairs_next_is_malformed()
    {
        var order = new LandingOrder(pairs: 2, writesMax: 8);
        Should.Throw<FabricException>(() => order.Add(1, FrameImmediate.Of(3, 0))).Error.ShouldBe(FabricError.Malformed);
        order.Add(1, FrameImmediate.Of(3, 1));
        Should.Throw<FabricException>(() => order.Add(1, FrameImmediate.Of(3, 1))).Error.ShouldBe(FabricError.Malformed);
    }

    [Fact]
    public void A_queue_pair_that_runs_ahead_of_all_grants_is_a_violation()
    {
        var order = new LandingOrder(pairs: 2, writesMax: 8);
        for (var number = 1ul; number < 8; number += 2)
            order.Add(1, FrameImmediate.Of(0, number));
        Should.Throw<FabricException>(() => order.Add(1, FrameImmediate.Of(0, 9))).Error.ShouldBe(FabricError.GrantViolation);
    }
}
