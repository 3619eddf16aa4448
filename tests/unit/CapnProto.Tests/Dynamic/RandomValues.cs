using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using K8sMediaFlow.CapnProto.Dynamic;

namespace K8sMediaFlow.CapnProto.Tests.Dynamic;

/// <summary>
/// Random values of any struct of a loaded schema, as JSON trees: <see cref="JsonMessage"/> makes messages of them. The same seed gives
/// the same values. Numbers lean to the edges of their type, texts to characters that need care. What JSON cannot say (any-pointers,
/// capabilities, a null among pointers of a list) is left away, and so are JSON annotations.
/// </summary>
public sealed class RandomValues(Random random)
{
    private int _parts;

    /// <summary>Lists, structs, texts of one value: a bound for its size.</summary>
    public int PartsMax { get; init; } = 60;

    public int ListLengthMax { get; init; } = 6;

    public int DepthMax { get; init; } = 8;

    /// <summary>How many in a hundred of the fields are set.</summary>
    public int FieldsPercent { get; init; } = 60;

    /// <summary>
    /// Whether there may be what capnp 0.9.2 prints but does not read back: enumerants that are unknown, as a newer program writes
    /// them, minus zero in text, control characters in JSON, and brackets within texts.
    /// </summary>
    public bool HasUnreadable { get; init; } = true;

    public JsonObject Value(StructSchema schema)
    {
        _parts = 0;
        return Struct(schema, DepthMax);
    }

    /// <summary>A framed message with a random value.</summary>
    public byte[] Message(StructSchema schema) => JsonMessage.Build(Value(schema).ToJsonString(), schema);

    private JsonObject Struct(StructSchema schema, int depth)
    {
        _parts++;
        var value = new JsonObject();
        foreach (var field in schema.Fields.Where(field => field.Discriminant is null && random.Next(100) < FieldsPercent))
            Add(value, field, depth);
        var members = schema.Fields.Where(field => field.Discriminant is not null && CanBe(field.Type, depth)).ToList();
        if (members.Count > 0 && random.Next(8) > 0)
            Add(value, members[random.Next(members.Count)], depth);
        return value;
    }

    private void Add(JsonObject value, FieldSchema field, int depth)
    {
        if (field.IsGroup)
            value[field.Name] = Struct(field.Type.Struct, depth);
        else if (CanBe(field.Type, depth))
            value[field.Name] = Any(field.Type, depth);
    }

    private bool CanBe(DynamicType type, int depth) => type.Kind switch
    {
        DynamicKind.AnyPointer or DynamicKind.Interface or DynamicKind.Unknown => false,
        DynamicKind.Struct => type.Struct.IsGroup || (depth > 0 && _parts < PartsMax),
        DynamicKind.List => depth > 0 && CanBe(type.Element, depth - 1),
        _ => true,
    };

    private JsonNode? Any(DynamicType type, int depth) => type.Kind switch
    {
        DynamicKind.Void => null,
        DynamicKind.Bool => random.Next(2) == 0,
        DynamicKind.Enum => Enumerant(type.Enum),
        DynamicKind.Text => Text(),
        DynamicKind.Data => new JsonArray([.. Enumerable.Range(0, Length()).Select(_ => (JsonNode)Byte())]),
        DynamicKind.List => List(type.Element, depth - 1),
        DynamicKind.Struct => Struct(type.Struct, depth - 1),
        DynamicKind.Float32 or DynamicKind.Float64 => Fraction(type.Kind == DynamicKind.Float32),
        _ => Whole(type.Kind),
    };

    private JsonArray List(DynamicType element, int depth)
    {
        _parts++;
        var list = new JsonArray();
        for (var left = Length(); left > 0 && CanBe(element, depth); left--)
            list.Add(Any(element, depth));
        return list;
    }

    private int Byte() => HasUnreadable ? random.Next(256) : random.Next(128, 256);

    private JsonNode Enumerant(EnumSchema schema)
    {
        if (schema.JsonNames.Count == 0 || (HasUnreadable && random.Next(10) == 0))
            return random.Next(schema.JsonNames.Count, 65536);
        return schema.JsonNames[random.Next(schema.JsonNames.Count)];
    }

    private JsonNode Whole(DynamicKind kind)
    {
        var (isSigned, bits) = kind switch
        {
            DynamicKind.Int8 => (true, 8),
            DynamicKind.Int16 => (true, 16),
            DynamicKind.Int32 => (true, 32),
            DynamicKind.Int64 => (true, 64),
            DynamicKind.UInt8 => (false, 8),
            DynamicKind.UInt16 => (false, 16),
            DynamicKind.UInt32 => (false, 32),
            _ => (false, 64),
        };
        var value = random.Next(6) switch
        {
            0 => 0UL,
            1 => 1UL,
            2 => ulong.MaxValue,
            3 => 1UL << (bits - 1),
            4 => (1UL << (bits - 1)) - 1,
            _ => (ulong)random.NextInt64() << random.Next(2) >> random.Next(bits),
        };
        var text = isSigned
            ? ((long)(value << (64 - bits)) >> (64 - bits)).ToString(CultureInfo.InvariantCulture)
            : (value << (64 - bits) >> (64 - bits)).ToString(CultureInfo.InvariantCulture);
        return bits == 64 ? text : JsonNode.Parse(text)!;
    }

    private JsonNode Fraction(bool isSingle)
    {
        var bits = random.NextInt64() ^ (random.NextInt64() << 1);
        var value = random.Next(8) switch
        {
            0 => random.Next(-1000, 1000),
            1 => random.Next(-100000, 100000) / 100.0,
            2 => random.NextDouble(),
            3 => Math.Pow(10, random.Next(-30, 30)),
            4 => HasUnreadable ? -0.0 : 0,
            5 => isSingle ? BitConverter.Int32BitsToSingle((int)bits & 0x7fffff) : BitConverter.Int64BitsToDouble(bits & 0xfffffffffffff),
            6 => new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity }[random.Next(3)],
            _ => isSingle ? BitConverter.Int32BitsToSingle((int)bits) : BitConverter.Int64BitsToDouble(bits),
        };
        value = isSingle ? (float)value : value;
        return double.IsFinite(value)
            ? JsonNode.Parse(value.ToString("R", CultureInfo.InvariantCulture))!
            : value.ToString(CultureInfo.InvariantCulture);
    }

    private string Text()
    {
        var text = new StringBuilder();
        for (var left = Length() * 2; left > 0; left--)
            text.Append(Characters[random.Next(HasUnreadable ? Characters.Length : Readable.Length)]);
        return text.ToString();
    }

    private int Length() => random.Next(10) == 0 ? ListLengthMax * 5 : random.Next(ListLengthMax + 1);

    private static readonly string[] Readable =
        ["a", "b", "Z", "0", "7", " ", "é", "漢", "😀", "\"", "\\", "'", "/", "\n", "\t", "\r", "\b", "\f", "\u007f", "<"];

    private static readonly string[] Characters = [.. Readable, "(", ")", "{", "}", "#", "\a", "\v", "\0", "\u0001", "\u001f"];
}
