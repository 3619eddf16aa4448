using System.Text.Json;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>Numbers, bools and enums out of JSON, as the bits that a message stores.</summary>
internal static class JsonNumbers
{
    public static ulong Bits(JsonPlace place, DynamicType type)
    {
        switch (type.Kind)
        {
            case DynamicKind.Void:
                place.Require(place.Kind == JsonValueKind.Null, "null");
                return 0;
            case DynamicKind.Bool:
                place.Require(place.Kind is JsonValueKind.True or JsonValueKind.False, "true or false");
                return place.Kind == JsonValueKind.True ? 1UL : 0UL;
            case DynamicKind.Enum:
                return Ordinal(place, type.Enum);
            case DynamicKind.Float32:
                return BitConverter.SingleToUInt32Bits((float)JsonNumber.Fraction(place, isSingle: true));
            case DynamicKind.Float64:
                return BitConverter.DoubleToUInt64Bits(JsonNumber.Fraction(place, isSingle: false));
            default:
                return Whole(place, type.Kind);
        }
    }

    public static ulong Whole(JsonPlace place, DynamicKind kind)
    {
        var bits = kind.DataBits();
        return JsonNumber.Whole(place, bits, isSigned: kind <= DynamicKind.Int64) & (ulong.MaxValue >> (64 - bits));
    }

    private static ulong Ordinal(JsonPlace place, EnumSchema schema)
    {
        if (place.Kind == JsonValueKind.Number)
            return Whole(place, DynamicKind.UInt16);
        var name = place.Text($"a name of {schema.Name} or its number");
        if (!schema.TryFindJson(name, out var ordinal))
            place.Fail($"{schema.Name} has no '{name}'");
        return ordinal;
    }
}
