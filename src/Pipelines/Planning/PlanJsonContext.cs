using System.Text.Json;
using System.Text.Json.Serialization;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    WriteIndented = true,
    MaxDepth = 16,
    Converters = [
        typeof(NamedEnum<Execution>), typeof(NamedEnum<PollingMode>), typeof(NamedEnum<Distribution>), typeof(NamedEnum<FrameOrder>),
        typeof(NamedEnum<OnFull>), typeof(NamedEnum<Delivery>), typeof(NamedEnum<EdgeWay>), typeof(RationalJson)])]
[JsonSerializable(typeof(SidecarPlan))]
internal sealed partial class PlanJsonContext : JsonSerializerContext;

/// <summary>Enum values by name only: a number in a document means nothing to who reads it.</summary>
internal sealed class NamedEnum<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>A ratio as text, so that 30000/1001 survives.</summary>
internal sealed class RationalJson : JsonConverter<Rational>
{
    public override Rational Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String && Rational.TryParse(reader.GetString(), out var ratio))
            return ratio;
        throw new JsonException("a ratio is written \"30\" or \"30000/1001\"");
    }

    public override void Write(Utf8JsonWriter writer, Rational value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
