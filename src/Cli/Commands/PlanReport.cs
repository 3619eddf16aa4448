using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Cli.Commands;

/// <summary>A plan for programs: the very documents that the sidecars get, and the sums behind them.</summary>
internal static class PlanReport
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    internal static string Json(PipelinePlan plan, IReadOnlyList<PodChange>? changes)
    {
        var report = new JsonObject
        {
            ["sidecars"] = Array(plan.Sidecars, sidecar => JsonNode.Parse(PlanJson.Write(sidecar))),
            ["regions"] = Array(plan.Regions, Region),
            ["warnings"] = Array(plan.Warnings, warning => new JsonObject
            {
                ["path"] = warning.Path,
                ["reason"] = warning.Reason.ToString(),
                ["message"] = warning.Message,
            }),
        };
        if (changes is not null)
            report["changes"] = Array(changes, Change);
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory, Indented))
            report.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(memory.ToArray()) + "\n";
    }

    private static JsonObject Change(PodChange change) => new()
    {
        ["pod"] = change.Pod,
        ["change"] = change.Kind.ToString(),
        ["because"] = Array(change.Because, place => place),
        ["frameBytesBefore"] = change.FrameBytesBefore,
        ["frameBytesAfter"] = change.FrameBytesAfter,
        ["missingBytes"] = change.MissingBytes,
    };

    private static JsonObject Region(RegionSizing region) => new()
    {
        ["pod"] = region.Pod,
        ["owner"] = region.Owner,
        ["blockBytes"] = region.BlockBytes,
        ["classes"] = Array(region.Classes, one => new JsonObject { ["sizeBytes"] = one.SizeBytes, ["count"] = one.Count }),
        ["windows"] = Array(region.Windows, window => new JsonObject
        {
            ["port"] = window.Port,
            ["frameBytes"] = window.FrameBytes,
            ["frames"] = window.Frames,
            ["terms"] = Array(window.Terms, term => new JsonObject { ["frames"] = term.Frames, ["reason"] = term.Reason }),
        }),
    };

    private static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode?> write) => [.. items.Select(write)];
}
