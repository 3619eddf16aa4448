using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace K8sMediaFlow.Crds.Generator;

/// <summary>The page that names every field, from the same schema that the server has.</summary>
internal static class FieldReference
{
    internal static string Of(IReadOnlyList<Type> kinds)
    {
        var text = new StringBuilder(
            "# Fields of the custom resources\n\n<!-- Generated from src/Crds by scripts/generate.sh; edit the types instead. -->\n");
        text.Append("\n`kubectl explain mediapipeline.spec --recursive` shows the same text. A field marked * is required. A field that is in the schema and not implemented is\n"
            + "refused with the reason `Unsupported`, by the controller, the webhook and `k8smediaflow validate`.\n");
        foreach (var kind in kinds)
        {
            var root = KindDocument.Of(kind, cel: true)["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();
            text.Append(CultureInfo.InvariantCulture, $"\n## {kind.Name}\n\n{root["description"]!.GetValue<string>()}\n");
            foreach (var part in new[] { "spec", "status" })
                Section(text, part, root["properties"]![part]!.AsObject());
        }
        return text.ToString();
    }

    /// <summary>A table of an object's fields, then a section for every object below it.</summary>
    private static void Section(StringBuilder text, string path, JsonObject schema)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n### {path}\n\n{Words(schema)}\n\n| field | type | meaning |\n| --- | --- | --- |\n");
        var required = (schema["required"]?.AsArray() ?? []).Select(name => name!.GetValue<string>()).ToHashSet();
        foreach (var (name, field) in schema["properties"]!.AsObject())
            text.Append(CultureInfo.InvariantCulture,
                $"| `{name}`{(required.Contains(name) ? " *" : "")} | {Kind(field!.AsObject())} | {Meaning(field!.AsObject())} |\n");
        foreach (var rule in schema["x-kubernetes-validations"]?.AsArray() ?? [])
            text.Append(CultureInfo.InvariantCulture, $"\nRule: {rule!["message"]!.GetValue<string>()}.\n");
        foreach (var (name, field) in schema["properties"]!.AsObject())
            if (Inner(field!.AsObject()) is { } inner)
                Section(text, $"{path}.{name}{(field!["items"] is null ? "" : "[]")}", inner);
    }

    private static JsonObject? Inner(JsonObject field) =>
        (field["items"] ?? field) is JsonObject inner && inner.ContainsKey("properties") ? inner : null;

    private static string Kind(JsonObject field) => field switch
    {
        _ when field["items"] is JsonObject items => $"list of {Kind(items)}",
        _ when field["additionalProperties"] is JsonObject values => $"map of text to {Kind(values)}",
        _ when field["enum"] is JsonArray choices => string.Join(" \\| ", choices.Select(choice => choice!.GetValue<string>())),
        _ when field.ContainsKey("x-kubernetes-int-or-string") => field.ContainsKey("pattern") ? "quantity" : "number or text",
        _ when field.ContainsKey("x-kubernetes-preserve-unknown-fields") => "object, as in a pod",
        _ => field["type"]!.GetValue<string>() switch
        {
            "string" => "text",
            "boolean" => "true or false",
            "integer" => "whole number",
            var other => other
        },
    };

    private static string Meaning(JsonObject field)
    {
        var meaning = new StringBuilder(Words(field));
        if (field["minimum"] is { } least)
            meaning.Append(CultureInfo.InvariantCulture, $" {least} to {field["maximum"]}.");
        if (field["maxItems"] is { } items)
            meaning.Append(CultureInfo.InvariantCulture, $" At most {items}.");
        if (field["default"] is { } value)
            meaning.Append(CultureInfo.InvariantCulture, $" Default: {value}.");
        return meaning.ToString();
    }

    private static string Words(JsonObject field) => field["description"]!.GetValue<string>().Replace("|", "\\|", StringComparison.Ordinal);
}
