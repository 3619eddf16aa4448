using System.Diagnostics;
using System.Globalization;

namespace K8sMediaFlow.TestKit;

/// <summary>
/// Repeats a trial with new randomness until its time is over, and at least so often that it means something on a slow machine: together a
/// little more than a minute, or FUZZ_MINUTES. Each trial has a seed of its own, named when it fails, so that it can be repeated alone.
/// </summary>
public static class FuzzLoop
{
    /// <summary>How many tests share the time: all of category Fuzz, in whatever room.</summary>
    public const int Targets = 13;

    private const int TrialsMin = 100;

    public static void Run(string name, Action<Random> trial)
    {
        var seeds = new Random(Seed.Take(name));
        var time = Stopwatch.StartNew();
        var count = 0;
        for (; count < TrialsMin || time.Elapsed < Share; count++)
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
    }

    private static TimeSpan Share { get; } = Environment.GetEnvironmentVariable("FUZZ_MINUTES") is { Length: > 0 } minutes
        ? TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture) / Targets)
        : TimeSpan.FromSeconds(6);
}
