using System.Diagnostics;

namespace K8sMediaFlow.TestKit;

/// <summary>The end of processes whose output is read as it comes.</summary>
public static class ProcessEnd
{
    /// <summary>Whether a process, and its output, have ended within the bound for a hang. Its children may keep the output open.</summary>
    public static bool IsComplete(Process process)
    {
        using var over = new CancellationTokenSource(Hang.Bound);
        return Task.WhenAny(process.WaitForExitAsync(over.Token)).GetAwaiter().GetResult().IsCompletedSuccessfully;
    }
}
