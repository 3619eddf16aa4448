using System.Diagnostics;
using K8sMediaFlow.Cli.Run.Processes;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <summary>
/// The private folder of one run: sockets, keys, tokens. Locked as long as its run lives; a folder whose lock is free belongs to a run that
/// died, and the next run that finds it removes it with what its processes left.
/// </summary>
internal sealed class RunDirectory : IDisposable
{
    private const string Prefix = "run-";
    private const string LockName = "lock";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly FileStream _lock;
    private readonly Process? _janitor;

    private RunDirectory(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
        _janitor = StartJanitor(path);
    }

    public string Path { get; }

    /// <summary>Where runs of this user lie: short, since a socket's path has at most 107 bytes.</summary>
    public static string Base()
    {
        var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return Directory.Exists(runtime)
            ? System.IO.Path.Combine(runtime, "k8smediaflow")
            : System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"k8smediaflow-{Environment.UserName}");
    }

    /// <exception cref="RunException">The folder belongs to another user or cannot be made.</exception>
    public static RunDirectory Create(string baseFolder)
    {
        MakePrivate(baseFolder);
        SweepStale(baseFolder);
        var path = System.IO.Path.Combine(baseFolder, Prefix + Guid.NewGuid().ToString("N")[..8]);
        Directory.CreateDirectory(path, OwnerOnly);
        return new RunDirectory(path, TryLock(path) ?? throw new RunException($"{path} cannot be locked"));
    }

    /// <summary>Folders whose run lives, oldest first.</summary>
    public static IReadOnlyList<string> Living(string baseFolder) =>
        Runs(baseFolder).Where(IsLocked).OrderBy(Directory.GetCreationTimeUtc).ToList();

    public void Dispose()
    {
        OrphanSweep.Kill(Path);
        _janitor?.Kill();
        _janitor?.WaitForExit(TimeSpan.FromSeconds(2));
        _janitor?.Dispose();
        Remove(Path);
        _lock.Dispose();
    }

    private static void SweepStale(string baseFolder)
    {
        foreach (var run in Runs(baseFolder))
        {
            using var free = TryLock(run);
            // A run that has just been made has no lock yet for an instant: leave young ones alone.
            if (free is null || DateTime.UtcNow - Directory.GetLastWriteTimeUtc(run) < TimeSpan.FromSeconds(5))
                continue;
            OrphanSweep.Kill(run);
            Remove(run);
        }
    }

    private static string[] Runs(string baseFolder)
        => Directory.Exists(baseFolder) ? Directory.GetDirectories(baseFolder, Prefix + "*") : [];

    private static void MakePrivate(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder, OwnerOnly);
            // In a shared temp folder another user may have taken the name: only the owner may change the mode.
            File.SetUnixFileMode(folder, OwnerOnly);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"{folder} cannot be made private: {error.Message} Set XDG_RUNTIME_DIR to a folder of your own.", error);
        }
    }

    private static bool IsLocked(string run)
    {
        using var free = TryLock(run);
        return free is null;
    }

    /// <summary>FileShare.None is flock(LOCK_EX | LOCK_NB) here: the kernel lets go of it however the process ends.</summary>
    private static FileStream? TryLock(string run)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(run, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>
    /// A process that sleeps on the lock and removes the folder when we are gone without having done so (SIGKILL), and with it the
    /// sockets that the .NET runtime makes for debuggers and leaves behind a killed process. Not tied to our life, that being its purpose.
    /// Where flock(1) is missing the next run sweeps.
    /// </summary>
    private static Process? StartJanitor(string path)
    {
        var start = new ProcessStartInfo("setsid", ["flock", System.IO.Path.Combine(path, LockName), "sh", "-c",
            "rm -rf \"$0\" \"$1\"/dotnet-diagnostic-$2-* \"$1\"/clr-debug-pipe-$2-*", path, System.IO.Path.GetTempPath().TrimEnd('/'),
                $"{Environment.ProcessId}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        try
        {
            return Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static void Remove(string run)
    {
        try
        {
            Directory.Delete(run, recursive: true);
        }
        catch (IOException)
        {
            // Another process removed it meanwhile, or wrote into it: the next sweep looks again.
        }
    }
}
