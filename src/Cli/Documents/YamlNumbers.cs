using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace K8sMediaFlow.Cli.Documents;

/// <summary>
/// Numbers of YAML 1.1 as kubectl's library has them: 0x1F, 0b11, 0o17 and 017 with their bases, 1_000 with underscores, 1e3 and .5.
/// Sexagesimal ones (1:30) are text to it.
/// </summary>
internal static partial class YamlNumbers
{
    internal static JsonValue? Read(string text)
    {
        if (text[0] == '.')
            return Decimal().IsMatch(text) ? Real(text) : null;
        if (!char.IsAsciiDigit(text[0]) && text[0] is not ('+' or '-'))
            return null;
        var plain = text.Replace("_", "", StringComparison.Ordinal);
        return Whole(plain) ?? (Decimal().IsMatch(plain) ? Real(plain) : null);
    }

    private static JsonValue? Whole(string text)
    {
        var sign = text.Length > 0 && text[0] is '+' or '-' ? text[..1] : "";
        var (digits, radix) = Base(text[sign.Length..]);
        if (digits.Length == 0 || !TryMagnitude(digits, radix, out var magnitude))
            return null;
        if (sign == "-")
            return magnitude <= (UInt128)long.MaxValue + 1 ? JsonValue.Create((long)-(Int128)magnitude) : null;
        return magnitude <= long.MaxValue ? JsonValue.Create((long)magnitude)
            : magnitude <= ulong.MaxValue && sign.Length == 0 ? JsonValue.Create((ulong)magnitude) : null;
    }

    private static (string Digits, uint Radix) Base(string text) => text switch
    {
        ['0', 'x' or 'X', .. var rest] => (rest, 16),
        ['0', 'b' or 'B', .. var rest] => (rest, 2),
        ['0', 'o' or 'O', .. var rest] => (rest, 8),
        ['0', _, ..] => (text[1..], 8),
        _ => (text, 10),
    };

    private static bool TryMagnitude(string digits, uint radix, out UInt128 magnitude)
    {
        magnitude = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit(digit) || Convert.ToUInt32(digit.ToString(), 16) is var value && value >= radix
                || magnitude > ulong.MaxValue)
                return false;
            magnitude = magnitude * radix + Convert.ToUInt32(digit.ToString(), 16);
        }
        return true;
    }

    /// <summary>A whole number stays one however it was written: 1e3 and 2.0 fit where a count is asked for.</summary>
    private static JsonValue? Real(string text)
    {
        var real = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(real))
            return null;
        return double.IsInteger(real) && Math.Abs(real) < long.MaxValue ? JsonValue.Create((long)real) : JsonValue.Create(real);
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Decimal();
}
