using System.Diagnostics;

namespace K8sMediaFlow.Bench;

/// <summary>The end of a program that a benchmark starts: a hung one is named, and does not hang the benchmark.</summary>
internal static class ProcessEnd
{
    /// <summary>A compiler on a busy machine needs the longest of those that do not say how long.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>The exit code.</summary>
    /// <param name="process">Killed, with what it started, where it does not end in time.</param>
    /// <param name="what">What is waited for.</param>
    /// <param name="patience">5 min unless given.</param>
    public static int Await(Process process, string what, TimeSpan? patience = null)
    {
        var bound = patience ?? s_patience;
        if (process.WaitForExit(bound))
            return process.ExitCode;
        process.Kill(entireProcessTree: true);
        throw new TimeoutException($"{what} did not end within {bound}");
    }
}
