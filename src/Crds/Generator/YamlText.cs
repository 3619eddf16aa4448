using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace K8sMediaFlow.Crds.Generator;

/// <summary>
/// A JSON document as block YAML. Texts are quoted as JSON wherever YAML might read anything else in them: every JSON text is a YAML text.
/// </summary>
public static class YamlText
{
    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Of(JsonObject document)
    {
        var text = new StringBuilder();
        WriteMap(text, document, 0, first: "");
        return text.ToString();
    }

    /// <summary><paramref name="first"/> stands before the first key: the dash of a list's entry.</summary>
    private static void WriteMap(StringBuilder text, JsonObject map, int indent, string first)
    {
        foreach (var (key, value) in map)
        {
            text.Append(' ', indent - first.Length).Append(first).Append(Scalar(key)).Append(':');
            WriteValue(text, value, indent);
            first = "";
        }
    }

    private static void WriteValue(StringBuilder text, JsonNode? value, int indent)
    {
        if (value is JsonObject { Count: > 0 } map)
        {
            text.Append('\n');
            WriteMap(text, map, indent + 2, "");
        }
        else if (value is JsonArray { Count: > 0 } list)
            WriteList(text.Append('\n'), list, indent);
        else
            text.Append(' ').Append(value is JsonValue ? Scalar(value) : value?.ToJsonString() ?? "null").Append('\n');
    }

    private static void WriteList(StringBuilder text, JsonArray list, int indent)
    {
        foreach (var entry in list)
            if (entry is JsonObject { Count: > 0 } map)
                WriteMap(text, map, indent + 2, "- ");
            else
                text.Append(' ', indent).Append("- ").Append(Scalar(entry!)).Append('\n');
    }

    private static string Scalar(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.String ? Scalar(value.GetValue<string>()) : value.ToJsonString();

    private static string Scalar(string text) => IsPlain(text) ? text : JsonSerializer.Serialize(text, Plain);

    private static bool IsPlain(string text) => text.Length > 0
        && char.IsAsciiLetter(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '/' or '_')
        && text.ToLowerInvariant() is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off" or "y" or "n");
}
