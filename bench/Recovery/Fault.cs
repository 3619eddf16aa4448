using System.Globalization;
using System.Net;
using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.EndToEnd.Tests;

namespace K8sMediaFlow.Bench.Recovery;

/// <summary>What is taken away from the pod in the middle while frames flow.</summary>
/// <param name="Name">In the report.</param>
/// <param name="Victims">The processes that are killed, and in their next life come back; none for a link.</param>
internal sealed record Fault(string Name, Func<LocalRun, IEnumerable<int>> Victims)
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        new("media operator", Operator),
        new("sidecar", Sidecar),
        new("pod", run => [.. Operator(run), .. Sidecar(run)]),
        new("link", _ => []),
    ];

    /// <summary>Returns the victims.</summary>
    public IReadOnlyList<int> Strike(LocalRun run)
    {
        int[] victims = [.. Victims(run)];
        foreach (var victim in victims)
            LocalRun.Kill(victim);
        if (victims.Length == 0)
            CutLinks(run);
        return victims;
    }

    private static IEnumerable<int> Operator(LocalRun run) => run.Processes("media-operator analyse");

    private static IEnumerable<int> Sidecar(LocalRun run) => [run.Sidecar(RecoveryRun.Middle)];

    /// <summary>Resets every connection to the pod but those of the control port: of data, and the control connections of links.</summary>
    private static void CutLinks(LocalRun run)
    {
        var runs = RunDirectory.Living(Path.Combine(run.Folder, "rt", "k8smediaflow"));
        var pod = RunManifest.Read(runs.Single()).Pods.Single(one => one.Name == RecoveryRun.Middle);
        var (code, output, errors) = Programs.Run("ss", "-K", "-H", "dst", IPAddress.Parse(pod.Address).ToString(), "dport", "!=",
            ":" + pod.ControlPort.ToString(CultureInfo.InvariantCulture));
        if (code != 0 || !output.Contains("ESTAB", StringComparison.Ordinal))
            throw new InvalidOperationException($"ss cut no connection to {pod.Name} (it needs root): {output}{errors}");
    }
}
