using System.Diagnostics;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>Bounded waits that say what they waited for and what they saw last.</summary>
internal static class Wait
{
    // Every look costs an answer of the API server. Asked more often, those who wait would keep it busy for those who work.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(700);

    public static TimeSpan Until(string what, Func<bool> condition, Func<string>? seen = null, TimeSpan? bound = null)
    {
        var watch = Stopwatch.StartNew();
        for (var unanswered = ""; !Holds(condition, ref unanswered); Thread.Sleep(Pause))
            if (watch.Elapsed > (bound ?? Hang.LongBound))
                throw new TimeoutException($"{what} did not happen within {bound ?? Hang.LongBound}{unanswered}{(seen is null ? "" : $": {seen()}")}");
        return watch.Elapsed;
    }

    /// <summary>A question that could not be answered (the server is away, the pod not there yet) is asked again.</summary>
    private static bool Holds(Func<bool> condition, ref string unanswered)
    {
        try
        {
            (var holds, unanswered) = (condition(), "");
            return holds;
        }
        catch (InvalidOperationException error)
        {
            unanswered = $" ({error.Message})";
            return false;
        }
    }

    /// <summary>Until it happens, or so long: for what need not happen.</summary>
    public static void AtMost(int seconds, Func<bool> condition)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(seconds) && !condition();)
            Thread.Sleep(Pause);
    }
}
