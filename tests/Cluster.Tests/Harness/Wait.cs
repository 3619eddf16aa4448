using System.Diagnostics;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>Bounded waits that say what they waited for and what they saw last.</summary>
internal static class Wait
{
    // Most conditions start a kubectl: asked more often they would keep one of two cores busy.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    public static TimeSpan Until(string what, Func<bool> condition, Func<string>? seen = null, int seconds = 180)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(seconds))
                throw new TimeoutException($"{what} did not happen within {seconds} s{(seen is null ? "" : $": {seen()}")}");
            Thread.Sleep(Pause);
        }
        return watch.Elapsed;
    }

    /// <summary>Until it happens, or so long: for what need not happen.</summary>
    public static void AtMost(int seconds, Func<bool> condition)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(seconds) && !condition();)
            Thread.Sleep(Pause);
    }
}
