using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>An amount of a resource as Kubernetes writes it: 2, 500m, 1.5, 512Mi. Kept as it was written; only its form is checked here.</summary>
[JsonConverter(typeof(ResourceAmountJson))]
public readonly partial record struct ResourceAmount(string Text)
{
    /// <summary>Whether the text has the form of an amount, and no sign: nobody can ask for less than nothing.</summary>
    public static bool TryParse(string text, out ResourceAmount amount)
    {
        amount = new ResourceAmount(text);
        return text.Length <= 32 && Form().IsMatch(text);
    }

    public override string ToString() => Text;

    [GeneratedRegex(@"^([0-9]+(\.[0-9]*)?|\.[0-9]+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?[0-9]+)?\z")]
    private static partial Regex Form();
}

/// <summary>Reads numbers too, as YAML makes them of <c>cpu: 2</c>.</summary>
public sealed class ResourceAmountJson : JsonConverter<ResourceAmount>
{
    public override ResourceAmount Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
            _ => "",
        };
        return ResourceAmount.TryParse(text, out var amount) ? amount : throw new JsonException("an amount is written 2, 500m or 512Mi");
    }

    public override void Write(Utf8JsonWriter writer, ResourceAmount value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
}
