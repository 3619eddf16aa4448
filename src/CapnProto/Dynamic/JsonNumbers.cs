using System.Globalization;
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
                return BitConverter.SingleToUInt32Bits((float)Fraction(place, isSingle: true));
            case DynamicKind.Float64:
                return BitConverter.DoubleToUInt64Bits(Fraction(place, isSingle: false));
            default:
                return Whole(place, type.Kind);
        }
    }

    public static ulong Whole(JsonPlace place, DynamicKind kind)
    {
        var isSigned = kind <= DynamicKind.Int64;
        var bits = kind.DataBits();
        var (least, most) = isSigned
            ? (-(Int128.One << (bits - 1)), (Int128.One << (bits - 1)) - 1)
            : (Int128.Zero, (Int128.One << bits) - 1);
        place.Require(place.Kind is JsonValueKind.Number or JsonValueKind.String, $"a whole number from {least} to {most}");
        var isWhole = Int128.TryParse(Raw(place), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) || IsWholeFraction(place, out value);
        place.Require(isWhole && value >= least && value <= most, $"a whole number from {least} to {most}");
        return unchecked((ulong)value) & (bits == 64 ? ulong.MaxValue : (1UL << bits) - 1);
    }

    /// <summary>1e3 and 5.0 are whole numbers too.</summary>
    private static bool IsWholeFraction(JsonPlace place, out Int128 value)
    {
        value = 0;
        if (place.Kind != JsonValueKind.Number || !place.Element.TryGetDecimal(out var exact) || exact != decimal.Truncate(exact))
            return false;
        value = (Int128)exact;
        return true;
    }

    private static double Fraction(JsonPlace place, bool isSingle)
    {
        place.Require(place.Kind is JsonValueKind.Number or JsonValueKind.String, "a number");
        var text = Raw(place);
        if (text is "NaN" or "nan")
            return double.NaN;
        if (text is "Infinity" or "inf" or "-Infinity" or "-inf")
            return text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        place.Require(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && !double.IsNaN(value), "a number");
        if (!double.IsFinite(value) || (isSingle && !float.IsFinite((float)value)))
            place.Fail($"the number is too large for {(isSingle ? 32 : 64)} bits");
        return value;
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

    private static string Raw(JsonPlace place) => place.Kind == JsonValueKind.String ? place.Text("a number") : place.Element.GetRawText();
}
