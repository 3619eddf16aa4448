using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace K8sMediaFlow.KubernetesRuntime.Objects;

/// <summary>A number, or a text such as a port's name or a percentage.</summary>
[JsonConverter(typeof(IntOrStringJson))]
public readonly record struct IntOrString(int? Number, string? Text)
{
    public static implicit operator IntOrString(int number) => new(number, null);
    public static implicit operator IntOrString(string text) => new(null, text);

    public static IntOrString FromInt32(int number) => number;
    public static IntOrString FromString(string text) => text;

    public override string ToString() => Number?.ToString(CultureInfo.InvariantCulture) ?? Text ?? "";
}

/// <summary>Public for the serializers of other rooms, whose generated code makes one.</summary>
public sealed class IntOrStringJson : JsonConverter<IntOrString>
{
    public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? reader.GetInt32() : reader.GetString() ?? "";

    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        if (value.Number is { } number)
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(value.Text);
    }
}
