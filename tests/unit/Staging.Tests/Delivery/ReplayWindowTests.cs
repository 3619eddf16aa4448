using K8sMediaFlow.Staging.Delivery;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Delivery;

public sealed class ReplayWindowTests
{
    [Fact]
    public void An_identity_is_new_once()
    {
        var window = new ReplayWindow(64, 4);
        window.Mark(7, 1).ShouldBeTrue();
        window.Mark(7, 1).ShouldBeFalse();
        window.Mark(8, 1).ShouldBeTrue();
    }

    [Fact]
    public void What_was_never_seen_is_new_however_far_behind_it_comes()
    {
        var window = new ReplayWindow(64, 4);
        window.Mark(7, 1);
        window.MarkRange(7, 3, 1_000_000);
        window.Mark(7, 2).ShouldBeTrue();
        window.Mark(7, 2).ShouldBeFalse();
        window.HasSeen(7, 1).ShouldBeTrue();
    }

    [Fact]
    public void A_notice_of_four_billion_sequences_costs_no_more_than_one()
    {
        var window = new ReplayWindow(64, 4);
        window.MarkRange(7, 1, uint.MaxValue).ShouldBeTrue();
        window.HasSeen(7, 1).ShouldBeTrue();
        window.HasSeen(7, uint.MaxValue).ShouldBeTrue();
        window.MarkRange(7, ulong.MaxValue - 1, 100).ShouldBeTrue();
        window.HasSeen(7, ulong.MaxValue).ShouldBeTrue();
    }

    [Fact]
    public void A_forgotten_identity_is_new_again()
    {
        var window = new ReplayWindow(64, 4);
        window.MarkRange(7, 1, 9);
        window.Forget(7, 5);
        window.HasSeen(7, 4).ShouldBeTrue();
        window.HasSeen(7, 6).ShouldBeTrue();
        window.Mark(7, 5).ShouldBeTrue();
    }

    [Fact]
    public void It_agrees_with_a_set_of_all_identities_and_forgets_only_what_it_has_no_room_for()
    {
        var random = new Random(Seed.Take(nameof(ReplayWindowTests)));
        for (var round = 0; round < 20; round++)
        {
            var room = round % 2 == 0;
            var window = new ReplayWindow(room ? 4096 : 32, 3);
            var (seen, highest) = (new HashSet<(ulong, ulong)>(), new ulong[3]);
            for (var step = 0; step < 4_000; step++)
            {
                var stream = random.Next(3);
                var sequence = (ulong)Math.Max(1, (long)highest[stream] + random.Next(random.Next(20) == 0 ? -6000 : -40, 12));
                var count = random.Next(8) == 0 ? (uint)random.Next(1, 30) : 1;
                var all = Enumerable.Range(0, (int)count).Select(i => ((ulong)stream, sequence + (ulong)i)).ToList();
                var (known, isNew) = (all.TrueForAll(seen.Contains), window.MarkRange((ulong)stream, sequence, count));
                // Unknown is always new; with room for all, known never is.
                if (!known || room)
                    isNew.ShouldBe(!known);
                seen.UnionWith(all);
                if (random.Next(30) == 0)
                {
                    window.Forget((ulong)stream, sequence);
                    seen.Remove(((ulong)stream, sequence));
                }
                highest[stream] = Math.Max(highest[stream], sequence + count);
            }
        }
    }

    [Fact]
    public void Nothing_is_allocated_once_a_stream_has_met_its_largest_number_of_holes()
    {
        var window = new ReplayWindow(256, 4);
        for (var sequence = 1UL; sequence < 1000; sequence += 2)
            window.Mark(7, sequence);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var sequence = 1001UL; sequence < 20_000; sequence += 2)
            window.Mark(7, sequence);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
