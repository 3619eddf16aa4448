using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>
/// Labels and annotations of the pipeline itself, which the API server holds to their form. An empty value is an empty text to it.
/// </summary>
internal static partial class LabelSyntax
{
    private const int ValueCharsMax = 63, NameCharsMax = 63, AnnotationBytesMax = 256 << 10;

    /// <param name="metadata">Empty values become empty texts.</param>
    /// <param name="written">What stood at a place: a label's value is held to its form even before it is a text.</param>
    internal static IEnumerable<DocumentFault> Check(JsonObject metadata, Func<string, string?> written)
    {
        var labels = Texts(metadata["labels"], key => written($"metadata.labels.{key}"));
        var annotations = Texts(metadata["annotations"], _ => null);
        return
        [
            .. labels.Keys.Where(key => !IsKey(key)).Select(key => Bad("labels", key)),
            .. annotations.Keys.Where(key => !IsKey(key.ToLowerInvariant())).Select(key => Bad("annotations", key)),
            .. labels.Where(one => one.Value.Length > 0 && !IsWord(one.Value, ValueCharsMax))
                .Select(one => new DocumentFault($"metadata.labels.{one.Key}",
                $"'{one.Value}' is no label's value: letters, digits, '-', '_' and '.', at most {ValueCharsMax}, with a letter or digit at both ends")),
            .. annotations.Sum(one => (long)Encoding.UTF8.GetByteCount(one.Key)
                + Encoding.UTF8.GetByteCount(one.Value)) > AnnotationBytesMax
                ? [new DocumentFault("metadata.annotations", $"are larger than {AnnotationBytesMax} bytes together")]
                    : Array.Empty<DocumentFault>(),
        ];
    }

    private static Dictionary<string, string> Texts(JsonNode? map, Func<string, string?> written)
    {
        if (map is not JsonObject marks)
            return [];
        foreach (var (key, _) in marks.Where(one => one.Value is null).ToList())
            marks[key] = "";
        return marks.Where(one => one.Value is JsonValue)
            .ToDictionary(one => one.Key,
                one => one.Value!.GetValueKind() == JsonValueKind.String
                ? one.Value.GetValue<string>()
                : written(one.Key) ?? one.Value.ToString());
    }

    private static DocumentFault Bad(string field, string key) => new($"metadata.{field}.{key}",
        $"'{key}' is no key: letters, digits, '-', '_' and '.', at most {NameCharsMax}, with a letter or digit at both ends, and perhaps a domain and '/' before it");

    private static bool IsKey(string key) => key.Split('/') switch
    {
        [var name] => IsWord(name, NameCharsMax),
        [var domain, var name] => Names.IsSubdomain(domain) && IsWord(name, NameCharsMax),
        _ => false,
    };

    private static bool IsWord(string text, int charsMax) => text.Length <= charsMax && Word().IsMatch(text);

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?\z")]
    private static partial Regex Word();
}
