using System.Globalization;
using System.Text;
using System.Text.Json;
using Kinds = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace K8sMediaFlow.Protobuf;

/// <summary>Values without parts out of JSON.</summary>
internal static class JsonScalars
{
    public static ProtobufValue Read(JsonPlace place, MessageField field) => field.Kind switch
    {
        Kinds.String => new ProtobufValue(Encoding.UTF8.GetBytes(place.Text("a string"))),
        Kinds.Bytes => new ProtobufValue(Bytes(place)),
        Kinds.Bool => new ProtobufValue(Bool(place)),
        Kinds.Enum => new ProtobufValue((ulong)Number(place, field.Enum)),
        Kinds.Float => new ProtobufValue(BitConverter.SingleToUInt32Bits((float)Fraction(place, isSingle: true))),
        Kinds.Double => new ProtobufValue(BitConverter.DoubleToUInt64Bits(Fraction(place, isSingle: false))),
        _ => new ProtobufValue(Whole(place, field.Kind)),
    };

    private static ulong Bool(JsonPlace place)
    {
        // A map's key is a string, whatever its type.
        var isText = place.Kind == JsonValueKind.String && place.Text("") is "true" or "false";
        place.Require(place.Kind is JsonValueKind.True or JsonValueKind.False || isText, "true or false");
        return place.Kind == JsonValueKind.True || (isText && place.Text("") == "true") ? 1UL : 0UL;
    }

    private static byte[] Bytes(JsonPlace place)
    {
        var text = place.Text("a string in base64").Replace('-', '+').Replace('_', '/');
        try
        {
            return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
        }
        catch (FormatException)
        {
            place.Fail("the string is not base64");
            return [];
        }
    }

    private static long Number(JsonPlace place, EnumType type)
    {
        if (place.Kind == JsonValueKind.Null && type.FullName == "google.protobuf.NullValue")
            return 0;
        if (place.Kind == JsonValueKind.Number)
            return (long)Whole(place, Kinds.Int32);
        var name = place.Text($"a name of {type.FullName} or its number");
        if (!type.TryFind(name, out var number))
            place.Fail($"{type.FullName} has no '{name}'");
        return number;
    }

    private static ulong Whole(JsonPlace place, Kinds kind)
    {
        var bits = Scalars.IsWide(kind) ? 64 : 32;
        var (least, most) = Scalars.IsSigned(kind)
            ? (-(Int128.One << (bits - 1)), (Int128.One << (bits - 1)) - 1)
            : (Int128.Zero, (Int128.One << bits) - 1);
        var expected = $"a whole number from {least} to {most}";
        place.Require(place.Kind is JsonValueKind.Number or JsonValueKind.String, expected);
        var isWhole = Int128.TryParse(Raw(place), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) || IsWholeFraction(place, out value);
        place.Require(isWhole && value >= least && value <= most, expected);
        return unchecked((ulong)(long)(ulong)value);
    }

    /// <summary>1e3 and 5.0 are whole numbers too.</summary>
    private static bool IsWholeFraction(JsonPlace place, out Int128 value)
    {
        value = 0;
        if (!decimal.TryParse(Raw(place), NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) || exact != decimal.Truncate(exact))
            return false;
        value = (Int128)exact;
        return true;
    }

    private static double Fraction(JsonPlace place, bool isSingle)
    {
        place.Require(place.Kind is JsonValueKind.Number or JsonValueKind.String, "a number");
        var text = Raw(place);
        if (text == "NaN")
            return double.NaN;
        if (text is "Infinity" or "-Infinity")
            return text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        place.Require(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && !double.IsNaN(value), "a number");
        if (!double.IsFinite(value) || (isSingle && !float.IsFinite((float)value)))
            place.Fail($"the number is too large for {(isSingle ? 32 : 64)} bits");
        return value;
    }

    private static string Raw(JsonPlace place) => place.Kind == JsonValueKind.String ? place.Text("a number") : place.Element.GetRawText();
}
