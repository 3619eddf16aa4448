using System.Diagnostics;

namespace K8sMediaFlow.Primitives;

/// <summary>CLOCK_MONOTONIC: one clock for all processes of a machine, so a time that one wrote another may subtract.</summary>
public static class MonotonicClock
{
    static MonotonicClock() => Invariant.That(Stopwatch.Frequency == 1_000_000_000);

    public static long Nanoseconds => Virtual is { } now ? now() : Stopwatch.GetTimestamp();

    /// <summary>The clock of a process that runs in virtual time, a simulation; null: the machine's.</summary>
    internal static Func<long>? Virtual { private get; set; }
}
