using System.Numerics;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sdk.Tests;

public sealed class TimeBaseTests
{
    [Fact]
    public void Ticks_of_any_base_become_the_nearest_of_another()
    {
        var random = new Random(Seed.Take(nameof(TimeBaseTests)));
        for (var round = 0; round < 10_000; round++)
        {
            var (from, to, ticks) = (AnyBase(random), AnyBase(random), AnyTicks(random));
            to.FromTicks(ticks, from).ShouldBe(Nearest(ticks, from, to), $"{ticks} of {from} in {to}");
        }
    }

    [Fact]
    public void A_time_that_another_base_can_say_comes_back_the_same()
    {
        var samples = new TimeBase(1, 48_000);
        var fine = new TimeBase(1, 48_000 * 1001);
        for (var ticks = -2000L; ticks < 2000; ticks++)
            samples.FromTicks(fine.FromTicks(ticks, samples), fine).ShouldBe(ticks);
    }

    /// <summary>The nearest, halves away from zero, by numbers without a bound.</summary>
    private static long Nearest(long ticks, TimeBase from, TimeBase to)
    {
        var up = (BigInteger)ticks * from.Numerator * to.Denominator;
        var down = (BigInteger)from.Denominator * to.Numerator;
        var nearest = (2 * BigInteger.Abs(up) + down) / (2 * down) * up.Sign;
        return (long)BigInteger.Min(long.MaxValue, BigInteger.Max(long.MinValue, nearest));
    }

    private static TimeBase AnyBase(Random random) => new(AnyPart(random), AnyPart(random));

    private static int AnyPart(Random random) => random.Next(3) switch
    {
        0 => random.Next(1, 5),
        1 => random.Next(1, 100_000),
        _ => int.MaxValue - random.Next(3),
    };

    private static long AnyTicks(Random random) => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
}
