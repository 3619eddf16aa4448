using System.Globalization;
using System.Text.Json.Nodes;

namespace K8sMediaFlow.Pipelines.Tests.Planning;

/// <summary>Sets the value at a place such as <c>edges[0].caps.video.width</c>, for tests that spoil one field.</summary>
internal static class JsonPlaces
{
    internal static void Set(JsonNode document, string path, JsonNode? value)
    {
        var steps = path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.');
        var parent = steps[..^1].Aggregate(document, Step);
        if (parent is JsonArray list)
            list[int.Parse(steps[^1], CultureInfo.InvariantCulture)] = value;
        else
            parent[steps[^1]] = value;
    }

    private static JsonNode Step(JsonNode node, string step) =>
        node is JsonArray list ? list[int.Parse(step, CultureInfo.InvariantCulture)]! : node[step]!;
}
