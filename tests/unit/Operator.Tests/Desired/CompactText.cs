using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace K8sMediaFlow.Operator.Tests.Desired;

/// <summary>JSON for golden files: what fits a line stands on one, so that a file is short and a change is one line of a diff.</summary>
internal static class CompactText
{
    private const int LineCharsMax = 150;
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(JsonNode node)
    {
        var text = new StringBuilder();
        Write(text, "", null, node);
        return text.ToString();
    }

    private static void Write(StringBuilder text, string indent, string? name, JsonNode? node)
    {
        var inline = node?.ToJsonString(Plain) ?? "null";
        text.Append(indent).Append(name is null ? "- " : name + ": ");
        if (node is not (JsonObject or JsonArray) || inline.Length + indent.Length <= LineCharsMax)
        {
            text.Append(inline).Append('\n');
            return;
        }
        text.Append('\n');
        if (node is JsonObject thing)
            foreach (var (field, value) in thing)
                Write(text, indent + "  ", field, value);
        else
            foreach (var item in node.AsArray())
                Write(text, indent + "  ", null, item);
    }
}
