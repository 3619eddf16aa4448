using System.Text.Json;
using System.Text.Json.Serialization;

namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>A ratio as text, so that 30000/1001 survives.</summary>
public sealed class RationalJson : JsonConverter<Rational>
{
    public override Rational Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String && Rational.TryParse(reader.GetString(), out var ratio))
            return ratio;
        throw new JsonException("a ratio is written \"30\" or \"30000/1001\"");
    }

    public override void Write(Utf8JsonWriter writer, Rational value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
