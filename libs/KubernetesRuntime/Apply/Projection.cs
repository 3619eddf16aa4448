using System.Text.Json.Nodes;

namespace K8sMediaFlow.KubernetesRuntime.Apply;

/// <summary>
/// The part of an object that a document speaks of. Two projections of the server's own answers can be compared where a document and an
/// answer cannot: the server spells amounts its own way ("1000m" is "1") and fills in defaults.
/// </summary>
internal static class Projection
{
    /// <summary>What <paramref name="value"/> holds at the places of <paramref name="shape"/>; null where it holds nothing.</summary>
    public static JsonNode? Of(JsonNode? shape, JsonNode? value) => (shape, value) switch
    {
        (JsonObject fields, JsonObject whole) =>
            new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, Of(field.Value, whole[field.Key])))),
        (JsonArray items, JsonArray all) => List(items, all),
        _ => value?.DeepClone(),
    };

    /// <summary>
    /// Lists of named things are maps to the server: others may add to them, anywhere. Of any other list every item counts.
    /// </summary>
    private static JsonArray List(JsonArray items, JsonArray all)
    {
        if (Key(items) is not { } key)
            return items.Count == all.Count ? [.. items.Zip(all, Of)] : (JsonArray)all.DeepClone();
        return [.. items.Select(item => Of(item, all.FirstOrDefault(one => one is JsonObject && Same(one[key], item![key]))))];
    }

    private static string? Key(JsonArray items) =>
        items.Count == 0
            ? null
            : new[] { "name", "type", "uid",
                "mountPath" }.FirstOrDefault(key => items.All(item => item is JsonObject fields && fields[key] is JsonValue));

    private static bool Same(JsonNode? one, JsonNode? other) => JsonNode.DeepEquals(one, other);
}
