using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>A number of bytes as Kubernetes writes it: 512Mi, 2G, 1.5Gi, 4096. Parts of a byte count as one.</summary>
[JsonConverter(typeof(QuantityJson))]
public readonly record struct Quantity(long Bytes)
{
    private static readonly (string Suffix, long Unit)[] Units =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40),
        ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000), ("", 1),
    ];

    public static bool TryParse(string text, out Quantity quantity)
    {
        var (suffix, unit) = Units.First(one => text.EndsWith(one.Suffix, StringComparison.Ordinal));
        var sound = long.TryParse(text[..^suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count <= long.MaxValue / unit;
        if (!sound && ResourceAmount.TryParse(text, out var amount) && Math.Ceiling(amount.Amount.Value) is var bytes
            && bytes < long.MaxValue)
            (sound, count, unit) = (true, (long)bytes, 1);
        quantity = new Quantity(sound ? count * unit : 0);
        return sound;
    }
}

/// <summary>Reads numbers and texts, writes numbers.</summary>
public sealed class QuantityJson : JsonConverter<Quantity>
{
    public override Quantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Number when reader.TryGetInt64(out var bytes) && bytes >= 0 => new Quantity(bytes),
            JsonTokenType.String when Quantity.TryParse(reader.GetString()!, out var quantity) => quantity,
            _ => throw new JsonException("a quantity is written 512Mi, 2G or 4096"),
        };

    public override void Write(Utf8JsonWriter writer, Quantity value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.Bytes);
}
