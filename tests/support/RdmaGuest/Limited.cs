using System.Diagnostics;
using System.Text.Json;
using K8sMediaFlow.Fabric.Tests;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>Runs .NET programs as a cluster might: with less than everything.</summary>
internal static class Limited
{
    /// <summary>May lock so little, and has not the capability to lock more.</summary>
    public static string[] Locking(long bytes) => ["setpriv", "--bounding-set=-ipc_lock", "prlimit", $"--memlock={bytes}"];

    /// <summary>User 0 without leave to open what is not its own.</summary>
    public static string[] Rights => ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];

    /// <summary>In a mount namespace of its own, after a command in there.</summary>
    public static string[] Sight(string command) => ["unshare", "--mount", "sh", "-c", $"{command} && exec \"$@\"", "sh"];

    /// <summary>Reason and detail of each device as the sidecar's preflight prints them.</summary>
    public static IReadOnlyList<(string? Reason, string Detail)> Preflight(params string[] limits)
    {
        using var told = JsonDocument.Parse(Output(limits, "k8smediaflow-sidecar.dll", "preflight", "--json"));
        return [.. told.RootElement.GetProperty("devices").EnumerateArray()
            .Select(one => (one.GetProperty("reason").GetString(), one.GetProperty("detail").GetString()!))];
    }

    public static string Output(string[] limits, string program, params string[] arguments)
    {
        string[] command = [.. limits, Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, program), .. arguments];
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        if (!output.Wait(FabricPair.Watchdog))
            process.Kill(entireProcessTree: true);
        process.WaitForExit(FabricPair.Watchdog).ShouldBeTrue();
        return output.Result;
    }
}
