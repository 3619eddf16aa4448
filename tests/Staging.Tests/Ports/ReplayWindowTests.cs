using K8sMediaFlow.Staging.Ports;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Ports;

public sealed class ReplayWindowTests
{
    [Fact]
    public void An_identity_is_new_once()
    {
        var window = new ReplayWindow(64, 4);
        window.Mark(7, 1).ShouldBe(ReplayVerdict.New);
        window.Mark(7, 1).ShouldBe(ReplayVerdict.Duplicate);
        window.Mark(8, 1).ShouldBe(ReplayVerdict.New);
    }

    [Fact]
    public void What_lies_behind_the_window_is_too_old()
    {
        var window = new ReplayWindow(64, 4);
        window.Mark(7, 100);
        window.Mark(7, 37).ShouldBe(ReplayVerdict.New);
        window.Mark(7, 36).ShouldBe(ReplayVerdict.TooOld);
    }

    [Fact]
    public void A_notice_of_four_billion_sequences_costs_no_more_than_the_window()
    {
        var window = new ReplayWindow(64, 4);
        window.MarkRange(7, 1, uint.MaxValue).ShouldBe(ReplayVerdict.New);
        window.Look(7, uint.MaxValue).ShouldBe(ReplayVerdict.Duplicate);
    }

    [Fact]
    public void A_forgotten_identity_is_new_again()
    {
        var window = new ReplayWindow(64, 4);
        window.Mark(7, 5);
        window.Forget(7, 5);
        window.Mark(7, 5).ShouldBe(ReplayVerdict.New);
    }

    [Fact]
    public void It_agrees_with_a_set_of_all_identities()
    {
        var random = new Random(Seed.Take(nameof(It_agrees_with_a_set_of_all_identities)));
        const int width = 128;
        var window = new ReplayWindow(width, 3);
        var (seen, highest) = (new HashSet<(ulong, ulong)>(), new ulong[3]);
        for (var step = 0; step < 50_000; step++)
        {
            var stream = random.Next(3);
            var sequence = (ulong)Math.Max(1, (long)highest[stream] + random.Next(-2 * width, 12 + (random.Next(50) == 0 ? 300 : 0)));
            var expected = sequence + width <= highest[stream] ? ReplayVerdict.TooOld
                : seen.Contains(((ulong)stream, sequence)) ? ReplayVerdict.Duplicate : ReplayVerdict.New;
            window.Look((ulong)stream, sequence).ShouldBe(expected);
            window.Mark((ulong)stream, sequence).ShouldBe(expected);
            seen.Add(((ulong)stream, sequence));
            highest[stream] = Math.Max(highest[stream], sequence);
        }
    }
}
