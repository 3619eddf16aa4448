using System.Diagnostics;
using System.Globalization;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>
/// Repeats a trial with new randomness until its time is over: together a little more than a minute, or FUZZ_MINUTES. Each trial has a
/// seed of its own, named when it fails, so that it can be repeated alone.
/// </summary>
internal static class FuzzLoop
{
    /// <summary>How many tests share the time.</summary>
    private const int Targets = 7;

    public static void Run(string name, Action<Random> trial)
    {
        var seeds = new Random(Seed.Take(name));
        var time = Stopwatch.StartNew();
        var count = 0;
        for (; time.Elapsed < Share; count++)
        {
            var seed = seeds.Next();
            try
            {
                trial(new Random(seed));
            }
            catch (Exception)
            {
                Console.WriteLine($"{name}: trial {count} failed, its own seed is {seed}");
                throw;
            }
        }

        Console.WriteLine($"{name}: {count} trials");
        count.ShouldBeGreaterThan(0);
    }

    private static TimeSpan Share { get; } = Environment.GetEnvironmentVariable("FUZZ_MINUTES") is { Length: > 0 } minutes
        ? TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture) / Targets)
        : TimeSpan.FromSeconds(9);
}
