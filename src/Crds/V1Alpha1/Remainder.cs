using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>
/// A document without its faults, so that everything else that is wrong with it can be said at once. Null where what is at fault is
/// missing, or is a part of the graph itself: then most of what the rules would say were consequences.
/// </summary>
internal static partial class Remainder
{
    private static readonly string[] GraphFields =
        ["operators", "edges", "groups", "volumes", "inputs", "outputs", "caps", "ports", "resourceClaims", "volumeMounts", "replicas",
            "maxReplicas", "name", "from", "to", "rdma", "service"];

    internal static MediaPipeline? Of(JsonObject document, IReadOnlyList<DocumentFault> faults)
    {
        foreach (var fault in faults)
            if (!TryRemove(document, fault.Path))
                return null;
        var type = CrdJsonContext.Default.MediaPipeline;
        return DocumentShape.Check(document, type, _ => null).Count == 0 ? document.Deserialize(type) : null;
    }

    private static bool TryRemove(JsonObject document, string path)
    {
        JsonNode? at = document;
        var steps = Steps().Matches(path);
        if (steps.Count == 0 || NameSuggestion.Of(steps[^1].Groups["name"].Value, GraphFields) is not null)
            return false;
        foreach (Match step in steps.SkipLast(1))
            at = step.Groups["index"] is { Success: true } index
                ? Item(at, int.Parse(index.Value, System.Globalization.CultureInfo.InvariantCulture))
                : (at as JsonObject)?[step.Groups["name"].Value];
        return at is JsonObject owner && owner.Remove(steps[^1].Groups["name"].Value);
    }

    private static JsonNode? Item(JsonNode? list, int index) => list is JsonArray items && index < items.Count ? items[index] : null;

    [GeneratedRegex(@"\[(?<index>\d+)\]|(?<name>[^.\[\]]+)")]
    private static partial Regex Steps();
}
