using K8sMediaFlow.CapnProto.Tests.Samples;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>
/// Mutated messages. Whatever the runtime says of one, the slow walker must say too: sound with the same content, or unsound; only the
/// work limits, which the slow one does not have, excuse a difference.
/// </summary>
[Collection("fuzz")]
[Trait("Category", "Fuzz")]
public class FuzzTests
{
    private const int DepthMax = 32;
    private static readonly ReadLimits Limits = new(20_000, DepthMax);

    [Fact]
    public void No_mutated_message_is_read_outside_its_segments_or_differently_from_the_specification()
    {
        var verdicts = new Dictionary<string, int>();
        FuzzLoop.Run(nameof(No_mutated_message_is_read_outside_its_segments_or_differently_from_the_specification), random =>
        {
            var verdict = Compare(random);
            verdicts[verdict] = verdicts.GetValueOrDefault(verdict) + 1;
        });
        Console.WriteLine(string.Join(", ", verdicts));
        verdicts.Keys.ShouldContain("sound");
        verdicts.Keys.ShouldContain("unsound");
    }

    /// <summary>A capability behind a double-far pointer into a segment that is not there: the walker used to overlook it.</summary>
    [Theory]
    [InlineData(822522924)]
    public void What_once_told_the_two_apart_does_not_any_more(int seed) => Compare(new Random(seed)).ShouldBe("unsound");

    [Fact]
    public void No_mutated_message_harms_the_generated_readers()
    {
        var (sound, refused) = (0, 0);
        var original = ReferenceTests.Framed(600);
        using var memory = new GuardedMemory(original.Length);
        FuzzLoop.Run(nameof(No_mutated_message_harms_the_generated_readers), random =>
        {
            original.CopyTo(memory.Span);
            Mutation.Apply(random, memory.Span);
            var verdict = Verdict(() => StreamFraming.TryRead(memory.Span, new ReadLimits(2000, 16), out var message, out _)
                ? (ulong)SampleMessage.Describe(message.Root<Everything.Reader>()).Length
                : 0, out _);
            _ = verdict == CapnProtoError.None ? sound++ : refused++;
        });
        sound.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    /// <summary>Each list as a list of everything that it is not, by the upgrade rules as the slow walker has them.</summary>
    [Fact]
    public void A_list_of_a_mutated_message_reads_as_another_type_only_where_the_rules_allow_it()
    {
        var compared = 0;
        FuzzLoop.Run(nameof(A_list_of_a_mutated_message_reads_as_another_type_only_where_the_rules_allow_it), random =>
        {
            using var message = new FuzzMessage(random);
            if (Verdict(() => FastWalker.Digest(ref message.Read(Limits), withViews: true), out var digest) != CapnProtoError.None)
                return;
            new SlowWalker(message.Segments, DepthMax, withViews: true).Digest().ShouldBe(digest);
            compared++;
        });
        compared.ShouldBeGreaterThan(0);
    }

    internal static CapnProtoError Verdict(Func<ulong> act, out ulong result)
    {
        result = 0;
        try
        {
            result = act();
            return CapnProtoError.None;
        }
        catch (CapnProtoException e)
        {
            return e.Error;
        }
    }

    private static string Compare(Random random)
    {
        using var message = new FuzzMessage(random);
        var verdict = Verdict(() => FastWalker.Digest(ref message.Read(Limits)), out var digest);
        if (verdict is CapnProtoError.TraversalLimit or CapnProtoError.DepthLimit)
            return "limited";
        if (verdict == CapnProtoError.None)
        {
            new SlowWalker(message.Segments, DepthMax).Digest().ShouldBe(digest);
            return "sound";
        }
        Should.Throw<SlowWalker.Unsound>(() => new SlowWalker(message.Segments, DepthMax).Digest());
        return "unsound";
    }
}
