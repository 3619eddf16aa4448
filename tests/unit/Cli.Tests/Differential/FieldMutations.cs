using System.Text.Json.Nodes;

namespace K8sMediaFlow.Cli.Tests.Differential;

/// <summary>
/// A document that sets almost every field, with one of them spoiled or moved to a bound: wrong kinds, unknown neighbours, doubles, and
/// what the schema names.
/// </summary>
internal static class FieldMutations
{
    private static readonly string[] Values = ["true", "-1", "0", "1", "1.5", "70000", "3000000000", "\"text\"", "\"\"", "\"5\"", "{}",
        "[]", "null", "[null]", "{\"a\": null}", "[\"a\", \"a\"]"];

    internal static IEnumerable<(string Name, string Text)> Of(JsonObject full, JsonObject schema)
    {
        foreach (var (path, field) in Below(schema["properties"]!["spec"]!.AsObject(), full["spec"]!, ["spec"]))
        {
            foreach (var value in Values.Concat(Bounds(field)))
                yield return Changed(full, path, JsonNode.Parse(value));
            yield return Changed(full, [.. path, "unknwn"], JsonValue.Create(1));
            if (At(full, path) is JsonArray { Count: > 0 } list)
                yield return Changed(full, path, new JsonArray([.. list.Append(list[0]).Select(one => one?.DeepClone())]));
        }
    }

    /// <summary>One step past what the schema allows, and one step short of it.</summary>
    private static IEnumerable<string> Bounds(JsonObject field)
    {
        foreach (var bound in new[] { "minimum", "maximum" })
            if (field[bound] is { } written
                && long.Parse(written.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) is var number)
                foreach (var near in new[] { number - 1, number, number + 1 })
                    yield return near.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (field["maxLength"]?.GetValue<int>() is { } length)
            foreach (var near in new[] { length, length + 1 })
                yield return $"\"{new string('a', near)}\"";
        if (field["enum"] is JsonArray choices)
            foreach (var choice in choices)
                yield return choice!.ToJsonString();
    }

    private static IEnumerable<(object[] Path, JsonObject Field)> Below(JsonObject schema, JsonNode node, object[] path)
    {
        yield return (path, schema);
        if (node is JsonObject thing)
            foreach (var (name, value) in thing)
                if ((schema["properties"]?[name] ?? schema["additionalProperties"]) is JsonObject field)
                    foreach (var one in Below(field, value!, [.. path, name]))
                        yield return one;
        if (node is JsonArray { Count: > 0 } list && schema["items"] is JsonObject items)
            foreach (var one in Below(items, list[0]!, [.. path, 0]))
                yield return one;
    }

    private static (string Name, string Text) Changed(JsonObject full, object[] path, JsonNode? value)
    {
        var copy = full.DeepClone();
        var owner = At(copy, path[..^1]);
        if (owner is JsonArray list && path[^1] is int index)
            list[index] = value;
        else if (owner is JsonObject thing)
            thing[(string)path[^1]] = value;
        return ($"{string.Join('.', path)} = {value?.ToJsonString() ?? "null"}", copy.ToJsonString());
    }

    private static JsonNode? At(JsonNode? root, object[] path) =>
        path.Aggregate(root, (node, step) => step is int index ? node![index] : node is JsonObject thing ? thing[(string)step] : null);
}
