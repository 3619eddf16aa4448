using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>Single values of a document: whether they fit their type, in words for people.</summary>
internal static class Shapes
{
    internal static string Of(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        _ => "true or false",
    };

    internal static string Expected(JsonTypeInfo type) => Core(type) switch
    {
        var one when one == typeof(string) => "text",
        var one when one == typeof(bool) => "true or false",
        var one when one == typeof(int) || one == typeof(long) => "a whole number",
        var one when one == typeof(Rational) => Rates.Expected,
        var one when one == typeof(Quantity) => "a quantity such as 512Mi",
        var one when one == typeof(ResourceAmount) => "an amount such as 2, 500m or 512Mi",
        var one when one == typeof(IntOrString) => "a number or text",
        var one when one.IsEnum => $"one of {string.Join(", ", EnumNames(one, type.Options))}",
        _ => "a value",
    };

    /// <summary>Why a value does not fit, or null where it does.</summary>
    internal static string? Refusal(JsonValue value, JsonTypeInfo type, string? written)
    {
        try
        {
            value.Deserialize(type);
            return null;
        }
        catch (JsonException)
        {
            return Explain(value, type, written ?? value.ToString());
        }
    }

    private static string Explain(JsonValue value, JsonTypeInfo type, string written)
    {
        var core = Core(type);
        if (core.IsEnum)
            return $"'{written}' is not {Expected(type)}{NameSuggestion.Hint(written, EnumNames(core, type.Options))}";
        if (core == typeof(Rational))
            return Rates.Explain(written);
        // 30 and "30" look alike in YAML, and people write the first: tell them how to write the second.
        if (core == typeof(string) && value.GetValueKind() != JsonValueKind.String)
            return $"is {Of(value)}; text is expected: write \"{written}\"";
        if (value.GetValueKind() == JsonValueKind.Number
            && (core == typeof(ResourceAmount)
            ? ResourceAmount.TryParse(written, out _)
            : core == typeof(Quantity) && Quantity.TryParse(written, out _)))
            return $"is no whole number; text is expected: write \"{written}\"";
        return $"is {written}; {Expected(type)} is expected";
    }

    private static IEnumerable<string> EnumNames(Type type, JsonSerializerOptions options) =>
        Enum.GetValuesAsUnderlyingType(type).Cast<object>()
            .Select(value => JsonSerializer.SerializeToNode(Enum.ToObject(type, value), options.GetTypeInfo(type))!.GetValue<string>());

    private static Type Core(JsonTypeInfo type) => Nullable.GetUnderlyingType(type.Type) ?? type.Type;
}
