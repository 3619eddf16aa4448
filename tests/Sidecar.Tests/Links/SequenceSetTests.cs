using K8sMediaFlow.Sidecar.Links.Ledgers;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Links;

public sealed class SequenceSetTests
{
    [Fact]
    public void It_agrees_with_a_plain_set_and_survives_the_wire()
    {
        var random = new Random(Seed.Take(nameof(SequenceSetTests)));
        var (set, plain, words) = (new SequenceSet(), new HashSet<ulong>(), new ulong[SequenceSet.WordsMax]);
        for (var step = 0; step < 60_000; step++)
        {
            var sequence = set.Cumulative + (ulong)random.Next(1, random.Next(20) == 0 ? SequenceSet.Window + 1 : 8);
            set.Add(sequence).ShouldBe(plain.Add(sequence));
            if (step % 500 == 0)
                IsSame(set, plain, words);
        }
    }

    [Fact]
    public void Nothing_beyond_the_window_can_be_added()
    {
        var set = new SequenceSet();
        set.Add(SequenceSet.Window).ShouldBeTrue();
        Should.Throw<ArgumentOutOfRangeException>(() => set.Add(SequenceSet.Window + 1));
    }

    [Fact]
    public void A_description_that_cannot_be_true_is_refused()
    {
        var set = new SequenceSet();
        set.TryBecome(0, new ulong[SequenceSet.WordsMax + 1]).ShouldBeFalse();
        set.TryBecome(ulong.MaxValue, []).ShouldBeFalse();
    }

    private static void IsSame(SequenceSet set, HashSet<ulong> plain, ulong[] words)
    {
        var copy = new SequenceSet();
        copy.TryBecome(set.Cumulative, words.AsSpan(0, set.CopyBitmap(words))).ShouldBeTrue();
        (copy.Cumulative, copy.Highest).ShouldBe((set.Cumulative, set.Highest));
        plain.Contains(set.Cumulative + 1).ShouldBeFalse();
        for (var sequence = set.Cumulative > 10 ? set.Cumulative - 10 : 1; sequence <= set.Limit; sequence++)
        {
            if (set.Contains(sequence) != plain.Contains(sequence) || copy.Contains(sequence) != plain.Contains(sequence))
                throw new InvalidOperationException($"disagreement about {sequence}");
        }
    }
}
