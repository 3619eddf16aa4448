using System.Diagnostics;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>Bounded waits that say what they waited for and what they saw last.</summary>
internal static class Wait
{
    public static TimeSpan Until(string what, Func<bool> condition, Func<string>? seen = null, int seconds = 90)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(seconds))
                throw new TimeoutException($"{what} did not happen within {seconds} s{(seen is null ? "" : $": {seen()}")}");
            Thread.Sleep(100);
        }
        return watch.Elapsed;
    }
}
