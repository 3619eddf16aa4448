using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>
/// An amount of a resource as Kubernetes writes it: 2, 500m, 1.5, 512Mi. Kept as it was written; only its form is checked here.
/// </summary>
[JsonConverter(typeof(ResourceAmountJson))]
public readonly partial record struct ResourceAmount(string Text)
{
    private const string Large = ".KMGTPE";

    /// <summary>Whether the text has the form of an amount, and no sign: nobody can ask for less than nothing.</summary>
    public static bool TryParse(string text, out ResourceAmount amount)
    {
        amount = new ResourceAmount(text);
        return text.Length <= 32 && Form().IsMatch(text);
    }

    /// <summary>The text and its value. Parts are divided, not multiplied: so 100m and 0.1 are the same number.</summary>
    internal Pipelines.Graph.Amount Amount
    {
        get
        {
            var number = Text.TrimEnd('K', 'M', 'G', 'T', 'P', 'E', 'i', 'k', 'n', 'u', 'm');
            var value = double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
            return new(Text, Text[number.Length..] switch
            {
                "" => value,
                "m" => value / 1e3,
                "u" => value / 1e6,
                "n" => value / 1e9,
                "k" => value * 1e3,
                [var unit, 'i'] => value * Math.Pow(1024, Large.IndexOf(unit, StringComparison.Ordinal)),
                [var unit] => value * Math.Pow(1000, Large.IndexOf(unit, StringComparison.Ordinal)),
                var suffix => throw new InvalidOperationException($"'{suffix}' is no unit"),
            });
        }
    }

    public override string ToString() => Text;

    [GeneratedRegex(@"^([0-9]+(\.[0-9]*)?|\.[0-9]+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?[0-9]+)?\z")]
    private static partial Regex Form();
}

/// <summary>Reads whole numbers too, as YAML makes them of <c>cpu: 2</c>; servers take no others.</summary>
public sealed class ResourceAmountJson : JsonConverter<ResourceAmount>
{
    public override ResourceAmount Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number when reader.TryGetInt64(out var whole) => whole.ToString(CultureInfo.InvariantCulture),
            _ => "",
        };
        return ResourceAmount.TryParse(text, out var amount) ? amount : throw new JsonException("an amount is written 2, 500m or 512Mi");
    }

    public override void Write(Utf8JsonWriter writer, ResourceAmount value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);
}
