namespace K8sMediaFlow.TestKit.Clusters;

/// <summary>The Kubernetes that tests/support/cluster/build.sh puts into the user's cache.</summary>
public static class KubernetesBuild
{
    private static readonly Lazy<bool> Present = new(() => Script("build.sh", Hang.Bound, "--check").ExitCode == 0);

    /// <summary>False: run tests/support/cluster/build.sh once (scripts/test.sh does).</summary>
    public static bool IsPresent => Present.Value;

    /// <summary>The folder of the scripts.</summary>
    public static string Folder { get; } = FindFolder();

    /// <summary>A file of the cache: bin/kubectl, root/busybox.tar.</summary>
    public static string Cached(string path) => Path.Combine(Script("build.sh", Hang.Bound, "--where").Output.Trim(), path);

    /// <summary>
    /// Runs a script of tests/support/cluster to its end, bounded. What it started may live on: its output is read from a file, not a pipe.
    /// </summary>
    internal static (int ExitCode, string Output) Script(string name, TimeSpan patience, params string[] arguments)
    {
        var log = Path.GetTempFileName();
        try
        {
            var start = new System.Diagnostics.ProcessStartInfo("bash",
                ["-c", "exec \"$0\" \"${@:2}\" >\"$1\" 2>&1 </dev/null", Path.Combine(Folder, name), log, .. arguments]);
            using var process = System.Diagnostics.Process.Start(start)!;
            if (!process.WaitForExit(patience))
            {
                process.Kill();
                throw new InvalidOperationException(
                    $"{name} {string.Join(' ', arguments)} took longer than {patience}: {File.ReadAllText(log)}");
            }
            return (process.ExitCode, File.ReadAllText(log));
        }
        finally
        {
            File.Delete(log);
        }
    }

    private static string FindFolder() => Path.Combine(Sources.Root, "tests", "support", "cluster");
}
