using System.Globalization;
using System.Text.Json;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>Numbers out of JSON: as numbers or in quotes, which both formats use where JSON's own numbers lose digits.</summary>
internal static class JsonNumber
{
    /// <returns>The number, sign-extended to 64 bits.</returns>
    public static ulong Whole(JsonPlace place, int bits, bool isSigned)
    {
        var (least, most) = isSigned
            ? (-(Int128.One << (bits - 1)), (Int128.One << (bits - 1)) - 1)
            : (Int128.Zero, (Int128.One << bits) - 1);
        var expected = $"a whole number from {least} to {most}";
        place.Require(place.Kind is JsonValueKind.Number or JsonValueKind.String, expected);
        var text = Text(place);
        var isWhole = Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            || IsWholeFraction(text, out value);
        place.Require(isWhole && value >= least && value <= most, expected);
        return unchecked((ulong)value);
    }

    public static double Fraction(JsonPlace place, bool isSingle)
    {
        place.Require(place.Kind is JsonValueKind.Number or JsonValueKind.String, "a number");
        var text = Text(place);
        if (text is "NaN" or "nan")
            return double.NaN;
        if (text is "Infinity" or "inf" or "-Infinity" or "-inf")
            return text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        place.Require(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && !double.IsNaN(value),
            "a number");
        if (!double.IsFinite(value) || (isSingle && !float.IsFinite((float)value)))
            place.Fail($"the number is too large for {(isSingle ? 32 : 64)} bits");
        return value;
    }

    /// <summary>1e3 and 5.0 are whole numbers too.</summary>
    private static bool IsWholeFraction(string text, out Int128 value)
    {
        var isWhole = decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
            && exact == decimal.Truncate(exact);
        value = isWhole ? (Int128)exact : 0;
        return isWhole;
    }

    private static string Text(JsonPlace place) => place.Kind == JsonValueKind.String ? place.Text("a number") : place.Element.GetRawText();
}
