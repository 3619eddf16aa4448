using K8sMediaFlow.Links.Ledgers;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Links;

public sealed class SequenceSetTests
{
    [Fact]
    public void It_agrees_with_a_plain_set_and_survives_the_wire()
    {
        var random = new Random(Seed.Take(nameof(SequenceSetTests)));
        var (set, plain) = (new SequenceSet(), new HashSet<ulong>());
        for (var step = 0; step < 60_000; step++)
        {
            var sequence = Pick(random, set);
            set.Add(sequence).ShouldBe(plain.Add(sequence));
            if (step % 500 == 0)
                IsSame(set, plain);
        }
        set.Missing.Count.ShouldBeGreaterThan(0, "nothing was ever late: this would prove nothing of it");
    }

    [Fact]
    public void One_that_is_missing_for_long_costs_nobody_anything()
    {
        var set = new SequenceSet();
        for (var sequence = 2UL; sequence <= 1_000_000; sequence++)
            set.Add(sequence).ShouldBeTrue();
        (set.Cumulative, set.Base, set.Highest, set.Holes).ShouldBe((0UL, 1_000_000UL, 1_000_000UL, 1UL));
        set.NextMissing(1).ShouldBe(1UL);
        set.NextMissing(2).ShouldBe(1_000_001UL);
        set.Add(1).ShouldBeTrue();
        (set.Cumulative, set.Missing.Count).ShouldBe((1_000_000UL, 0));
    }

    [Fact]
    public void No_more_can_be_missing_than_the_bound()
    {
        var set = new SequenceSet();
        set.Add(SequenceSet.MissingMax + 1).ShouldBeTrue();
        set.CanAdd(SequenceSet.MissingMax + 2).ShouldBeTrue();
        set.CanAdd(SequenceSet.MissingMax + 3).ShouldBeFalse();
        Should.Throw<ArgumentOutOfRangeException>(() => set.Add(SequenceSet.MissingMax + 3));
        set.Add(1);
        set.CanAdd(SequenceSet.MissingMax + 3).ShouldBeTrue();
        set.CanAdd(ulong.MaxValue).ShouldBeFalse();
        set.CanAdd(0).ShouldBeFalse();
    }

    [Fact]
    public void A_description_that_cannot_be_true_is_refused()
    {
        var set = new SequenceSet();
        set.TryBecome(0, new ulong[SequenceSet.WordsMax + 1], []).ShouldBeFalse();
        set.TryBecome(ulong.MaxValue, [], []).ShouldBeFalse();
        set.TryBecome(SequenceSet.BaseMax + 1, [], []).ShouldBeFalse();
        set.TryBecome(5, [], [0]).ShouldBeFalse();
        set.TryBecome(5, [], [6]).ShouldBeFalse();
        set.TryBecome(5, [], [3, 3]).ShouldBeFalse();
        set.TryBecome(5, [], [4, 3]).ShouldBeFalse();
        set.TryBecome(SequenceSet.BaseMax / 2, [], new ulong[SequenceSet.MissingMax + 1]).ShouldBeFalse();
        set.Highest.ShouldBe(0UL);
    }

    // Mostly near the front, at times far ahead, at times one that is late.
    private static ulong Pick(Random random, SequenceSet set) => random.Next(40) switch
    {
        0 => set.Highest + (ulong)random.Next(1, set.Holes < SequenceSet.Window ? 3 * SequenceSet.Window : 2),
        < 10 when set.Missing.Count > 0 => set.Missing[random.Next(set.Missing.Count)],
        _ => set.Base + (ulong)random.Next(1, 8),
    };

    private static void IsSame(SequenceSet set, HashSet<ulong> plain)
    {
        var (copy, words) = (new SequenceSet(), new ulong[SequenceSet.WordsMax]);
        copy.TryBecome(set.Base, words.AsSpan(0, set.CopyBitmap(words)), set.Missing.ToArray()).ShouldBeTrue();
        (copy.Base, copy.Highest, copy.Count).ShouldBe((set.Base, set.Highest, set.Count));
        set.Count.ShouldBe((ulong)plain.Count);
        plain.Contains(set.Cumulative + 1).ShouldBeFalse();
        for (var sequence = 1UL; sequence <= set.Highest + 2; sequence++)
        {
            if (set.Contains(sequence) != plain.Contains(sequence) || copy.Contains(sequence) != plain.Contains(sequence))
                throw new InvalidOperationException($"disagreement about {sequence}");
        }
        // Sequences begin at 1.
        var from = Math.Max(1, set.Highest * 2 / 3);
        var next = set.NextMissing(from);
        for (var sequence = from; sequence < next; sequence++)
            plain.Contains(sequence).ShouldBeTrue();
        plain.Contains(next).ShouldBeFalse();
    }
}
