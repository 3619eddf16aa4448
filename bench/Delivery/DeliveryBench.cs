using System.Globalization;
using K8sMediaFlow.EndToEnd.Tests;

namespace K8sMediaFlow.Bench.Delivery;

/// <summary>
/// What a slow preview costs the archive beside it: the sample live-preview with the preview and without it, in turn, in one pod and over
/// TCP. Writes delivery.json.
/// </summary>
internal static class DeliveryBench
{
    private const int TurnsDefault = 5, Frames = 600;

    private static readonly LivePreview[] Ways =
    [
        new("Local", Frames) { More = "  groups: [{name: one, mode: SamePod, operators: [camera, archive, preview]}]\n" },
        new("TCP", Frames),
    ];

    public static int Run(string[] words)
    {
        if (!File.Exists(Programs.Cli))
        {
            Console.Error.WriteLine($"bench delivery: {Programs.Cli} is missing: scripts/publish.sh artifacts/bin Release --native");
            return 1;
        }
        var turns = words is [.., "--turns", var given] ? int.Parse(given, CultureInfo.InvariantCulture) : TurnsDefault;
        var report = new SortedDictionary<string, object?>(StringComparer.Ordinal) { ["turns"] = turns, ["frames"] = Frames };
        foreach (var way in Ways)
            Measure(way, turns, report);
        Statistics.Write(words is ["--out", var folder, ..] ? ["--out", folder] : [], "delivery.json", report);
        return 0;
    }

    private static void Measure(LivePreview way, int turns, SortedDictionary<string, object?> report)
    {
        List<ArchiveCost> beside = [], alone = [];
        for (var turn = 0; turn < turns; turn++)
        {
            // Who goes first alternates, so that a machine that warms up or slows down favours neither.
            foreach (var hasPreview in new[] { turn % 2 == 0, turn % 2 == 1 })
                (hasPreview ? beside : alone).Add(way.Run(hasPreview));
            Console.Error.WriteLine($"{way.Way}, turn {turn + 1}: with preview {beside[^1]}; without {alone[^1]}");
        }
        var (prefix, ratios) = (way.Way.ToLowerInvariant(), beside.Zip(alone, (with, without) =>
            with.AgeP99Milliseconds / without.AgeP99Milliseconds).ToArray());
        report[prefix + "_archive_p99_ms"] = Math.Round(Statistics.Median(beside.Select(one => one.AgeP99Milliseconds)), 3);
        report[prefix + "_archive_p99_ms_without"] = Math.Round(Statistics.Median(alone.Select(one => one.AgeP99Milliseconds)), 3);
        report[prefix + "_ratio_p99"] = Math.Round(Statistics.Median(ratios), 3);
        report[prefix + "_ratio_p99_spread"] = Statistics.Spread(ratios);
        report[prefix + "_camera_waits"] = Statistics.Median(beside.Select(one => (double)one.CameraWaits));
        report[prefix + "_camera_waits_without"] = Statistics.Median(alone.Select(one => (double)one.CameraWaits));
    }
}
