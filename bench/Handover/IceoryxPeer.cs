using System.Diagnostics;

namespace K8sMediaFlow.Bench.Handover;

/// <summary>
/// iceoryx's own ping-pong (bench/native/iceoryx_pingpong.cc), where Debian's packages iceoryx and libiceoryx-posh-dev are installed.
/// </summary>
internal sealed class IceoryxPeer : IDisposable
{
    private const string Headers = "/usr/include/iceoryx/v2.0.3";
    private const string Pool = "[general]\nversion = 1\n[[segment]]\n[[segment.mempool]]\nsize = 128\ncount = 100\n";
    private const int TimeoutMs = 120_000;

    private readonly string _folder;
    private readonly Process _daemon;

    private IceoryxPeer(string folder)
    {
        _folder = folder;
        _daemon = Start("iox-roudi", ["-c", Path.Combine(folder, "roudi.toml"), "-l", "error"]);
        while (_daemon.StandardOutput.ReadLine() is { } line && !line.Contains("ready", StringComparison.Ordinal))
        {
        }
    }

    /// <summary>Null where something is missing.</summary>
    public static IceoryxPeer? TryStart()
    {
        if (!Directory.Exists(Headers) || !File.Exists("/usr/bin/iox-roudi") || !File.Exists("/usr/bin/g++"))
            return null;
        var folder = Directory.CreateTempSubdirectory("kmf-iceoryx-").FullName;
        File.WriteAllText(Path.Combine(folder, "roudi.toml"), Pool);
        string[] libraries = ["-liceoryx_posh", "-liceoryx_hoofs", "-liceoryx_platform", "-lpthread"];
        using var compiler = Start("g++",
            ["-O2", "-std=c++17", "-I" + Headers, Checkout.Native("iceoryx_pingpong.cc"), "-o",
                Path.Combine(folder, "pingpong"), .. libraries]);
        compiler.WaitForExit(TimeoutMs);
        if (compiler.ExitCode == 0)
            return new IceoryxPeer(folder);
        Directory.Delete(folder, recursive: true);
        throw new InvalidOperationException("iceoryx_pingpong.cc does not compile");
    }

    public HandoverTimes Run(int rounds)
    {
        using var end = Pinned(1, "end", rounds);
        using var lead = Pinned(0, "lead", rounds);
        var lines = lead.StandardOutput.ReadToEndAsync();
        if (!lines.Wait(TimeoutMs))
            throw new InvalidOperationException("iceoryx fell silent");
        end.WaitForExit(TimeoutMs);
        return HandoverTimes.Parse(lines.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
    }

    public void Dispose()
    {
        // SIGTERM, not SIGKILL: it removes its shared memory then.
        using (var kill = Start("kill", [$"{_daemon.Id}"]))
            kill.WaitForExit(TimeoutMs);
        _daemon.WaitForExit(TimeoutMs);
        _daemon.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Process Pinned(int processor, string role, int rounds) =>
        Start("taskset", ["-c", $"{processor}", Path.Combine(_folder, "pingpong"), role, $"{rounds}"]);

    private static Process Start(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = program != "g++"
        })!;
}
