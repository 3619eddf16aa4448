using System.Globalization;
using K8sMediaFlow.EndToEnd.Tests;

namespace K8sMediaFlow.Bench.Recovery;

/// <summary>
/// How soon frames arrive again after a process was killed or a link was cut, at 1080p30, and whether any frame was lost, doubled or torn.
/// Writes recovery.json.
/// </summary>
internal static class RecoveryBench
{
    private const int KillsDefault = 20;

    public static int Run(string[] words)
    {
        if (!File.Exists(Programs.Cli) || Checkout.Missing("ss") is { Length: > 0 })
        {
            Console.Error.WriteLine($"bench recovery needs ss (iproute2) and {Programs.Cli}: scripts/publish.sh artifacts/bin Release --native");
            return 1;
        }
        var kills = words is [.., "--kills", var given] ? int.Parse(given, CultureInfo.InvariantCulture) : KillsDefault;
        var report = new SortedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["cases"] = Fault.All.Select(fault => Case(fault, kills)).ToList(),
        };
        Statistics.Write(words is ["--out", var folder, ..] ? ["--out", folder] : [], "recovery.json", report);
        return 0;
    }

    private static SortedDictionary<string, object?> Case(Fault fault, int kills)
    {
        var (samples, lost, doubled, torn) = (new List<RecoverySample>(), 0L, 0L, 0);
        while (samples.Count < kills)
        {
            var run = RecoveryRun.Of(fault);
            samples.AddRange(run.Samples);
            (lost, doubled, torn) = (lost + run.Account.Lost, doubled + run.Account.Doubled, torn + run.Torn);
            Console.Error.WriteLine($"{fault.Name}: {string.Join(", ", run.Samples)}; {run.Account}, torn {run.Torn}");
        }
        return new(StringComparer.Ordinal)
        {
            ["name"] = fault.Name,
            ["kills"] = samples.Count,
            ["seconds_p50"] = Math.Round(Statistics.Median(samples.Select(one => one.FromLifeSeconds)), 3),
            ["seconds_max"] = Math.Round(samples.Max(one => one.FromLifeSeconds), 3),
            ["from_fault_seconds_p50"] = Math.Round(Statistics.Median(samples.Select(one => one.FromFaultSeconds)), 3),
            ["from_fault_seconds_max"] = Math.Round(samples.Max(one => one.FromFaultSeconds), 3),
            ["lost"] = lost,
            ["doubled"] = doubled,
            ["torn"] = torn,
        };
    }
}
