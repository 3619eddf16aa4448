using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using K8sMediaFlow.Crds.Schema;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>
/// The bounds that the schema has and a server holds a document to: lengths, numbers, and entries of lists that are told apart by keys.
/// Read from the same attributes.
/// </summary>
public static class DocumentBounds
{
    /// <summary>Of a document whose shape is sound.</summary>
    public static IReadOnlyList<DocumentFault> Check(JsonNode? document) => [.. Below("", document, CrdJsonContext.Default.MediaPipeline)];

    private static IEnumerable<DocumentFault> Below(string path, JsonNode? node, JsonTypeInfo type) => (type.Kind, node) switch
    {
        (JsonTypeInfoKind.Object, JsonObject thing) => type.Properties.Where(field => thing[field.Name] is not null)
            .SelectMany(field => OfField(path.Length == 0 ? field.Name : $"{path}.{field.Name}", thing[field.Name]!, field)),
        (JsonTypeInfoKind.Enumerable, JsonArray list) when Element(type) is var element =>
            list.SelectMany((one, i) => Below(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), one, element)),
        (JsonTypeInfoKind.Dictionary, JsonObject map) when Element(type) is var element =>
            map.SelectMany(one => Below($"{path}.{one.Key}", one.Value, element)),
        _ => [],
    };

    private static IEnumerable<DocumentFault> OfField(string path, JsonNode value, JsonPropertyInfo field) =>
    [
        .. Said(value, field).Select(message => new DocumentFault(path, message)),
        .. value is JsonArray list && Of<ListKeysAttribute>(field) is { } keys ? Doubles(path, list, keys.Keys) : [],
        .. Below(path, value, field.Options.GetTypeInfo(field.PropertyType)),
    ];

    private static IEnumerable<string> Said(JsonNode value, JsonPropertyInfo field)
    {
        if (Of<MaxItemsAttribute>(field) is { } items && value is JsonArray list && list.Count > items.Count)
            yield return $"has {list.Count} entries; at most {items.Count} are allowed";
        if (Of<MaxCharsAttribute>(field) is { } chars && value.GetValueKind() == JsonValueKind.String
            && value.GetValue<string>().EnumerateRunes().Count() is var count && count > chars.Count)
            yield return $"has {count} characters; at most {chars.Count} are allowed";
        if (Of<BoundsAttribute>(field) is { } bounds && value.GetValueKind() == JsonValueKind.Number
            && value.Deserialize(CrdJsonContext.Default.Int64) is var number
            && (number < bounds.Min || number > bounds.Max))
            yield return $"is {number}; it must be between {bounds.Min} and {bounds.Max}";
    }

    private static IEnumerable<DocumentFault> Doubles(string path, JsonArray list, IReadOnlyList<string> keys)
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < list.Count; i++)
            if (!seen.Add(string.Join(", ", keys.Select(key => $"{key} {list[i]?[key]}"))))
                yield return new(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"),
                    $"another entry has the same {string.Join(" and ", keys)}");
    }

    private static JsonTypeInfo Element(JsonTypeInfo type) => type.Options.GetTypeInfo(type.ElementType!);

    private static T? Of<T>(JsonPropertyInfo field)
        where T : Attribute => field.AttributeProvider?.GetCustomAttributes(typeof(T), true) is [T attribute, ..] ? attribute : null;
}
