using System.Diagnostics;
using K8sMediaFlow.RdmaGuest;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Rdma.Tests;

/// <summary>One run of the guest for all of its tests: started by the first who asks, waited for by all.</summary>
public sealed class Guest
{
    // Below the 28 minutes after which a test run is taken to hang. On a quiet machine it takes five; beside clusters that kept both
    // processors busy 14 were not enough.
    private static readonly TimeSpan s_bound = TimeSpan.FromMinutes(25), s_patience = TimeSpan.FromMinutes(26);

    private readonly Lazy<Dictionary<string, GuestResult>> _results;
    private string _output = "";

    public Guest() => _results = new Lazy<Dictionary<string, GuestResult>>(Run);

    /// <summary>Null where the guest ended without having run it; what it printed last says why.</summary>
    public GuestResult? ResultOf(string test) => _results.Value.GetValueOrDefault(test);

    public string LastWords => _output.Length > 4000 ? _output[^4000..] : _output;

    private Dictionary<string, GuestResult> Run()
    {
        _output = Output();
        return _output.Split('\n').Select(GuestResult.TryRead).OfType<GuestResult>().DistinctBy(one => one.Test)
            .ToDictionary(one => one.Test);
    }

    private static string Output()
    {
        var log = Path.GetTempFileName();
        try
        {
            string[] command = [Path.Combine(Sources.Root, "tests", "support", "rdma", "run.sh"), "--seconds",
                $"{(int)s_bound.TotalSeconds}", "dotnet", Program()];
            var start = new ProcessStartInfo("bash", ["-c", "exec \"${@:2}\" >\"$1\" 2>&1 </dev/null", "guest", log, .. command])
            {
                WorkingDirectory = Sources.Root,
            };
            using var process = Process.Start(start)!;
            // The script ends the guest when its time is over.
            if (!process.WaitForExit(s_patience))
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit(s_patience);
            }
            return File.ReadAllText(log) + $"\n(the guest's script ended with {process.ExitCode})";
        }
        finally
        {
            File.Delete(log);
        }
    }

    /// <summary>Compiled beforehand, as the tests' runner has it made; as it was built where that is older.</summary>
    private static string Program()
    {
        var built = typeof(GuestResult).Assembly.Location;
        var compiled = Path.Combine(Sources.Root, "artifacts", "guest", Path.GetFileName(built));
        return File.Exists(compiled) && Newest(compiled) >= Newest(built) ? compiled : built;
    }

    private static DateTime Newest(string program) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(program)!, "*.dll").Max(File.GetLastWriteTimeUtc);
}
