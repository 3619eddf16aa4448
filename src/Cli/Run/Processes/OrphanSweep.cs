using System.Diagnostics;
using System.Text;

namespace K8sMediaFlow.Cli.Run.Processes;

/// <summary>
/// Ends what a media operator's own children left behind. A child dies with us, but a grandchild (a shell's pipeline) has no such tie; it
/// is known by the run's directory in its environment.
/// </summary>
internal static class OrphanSweep
{
    /// <summary>Set in the environment of every process of a run, to the run's directory.</summary>
    public const string Variable = "K8SMEDIAFLOW_RUN_DIRECTORY";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5), EndingMax = TimeSpan.FromSeconds(5);

    /// <summary>Process ids whose environment names the run; those of other users are not seen.</summary>
    public static IReadOnlyList<int> Find(string runDirectory)
    {
        var entry = Encoding.UTF8.GetBytes($"{Variable}={runDirectory}\0");
        return Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(id => id > 0 && id != Environment.ProcessId && Names(id, entry))
            .ToList();
    }

    /// <summary>
    /// Ends them, and what they start meanwhile, and waits until none is there any more: a killed process may live on for a moment on a
    /// loaded machine.
    /// </summary>
    public static void Kill(string runDirectory)
    {
        var started = Stopwatch.StartNew();
        while (Find(runDirectory) is { Count: > 0 } left && started.Elapsed < EndingMax)
        {
            Kill(left);
            Thread.Sleep(Pause);
        }
    }

    private static void Kill(IEnumerable<int> processIds)
    {
        foreach (var id in processIds)
        {
            try
            {
                using var process = Process.GetProcessById(id);
                process.Kill();
            }
            catch (Exception error) when (error is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // It has ended meanwhile.
            }
        }
    }

    private static bool Names(int processId, ReadOnlySpan<byte> entry)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{processId}/environ").AsSpan().IndexOf(entry) >= 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
