using System.Globalization;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>
/// Numbers as C's printf writes them with <c>%.*g</c>: the reference tools print with few digits first, and with many where those do
/// not read back as the same number. .NET's shortest form differs in digits and in where an exponent begins.
/// </summary>
internal static class PrintfNumber
{
    /// <summary>Digits beyond the wanted ones, to see a tie: C rounds it to even, .NET away from zero.</summary>
    private const int SpareDigits = 40;

    public static string Double(double value)
    {
        var text = General(value, 15);
        return double.Parse(text, CultureInfo.InvariantCulture).Equals(value) ? text : General(value, 17);
    }

    /// <param name="value">A finite number.</param>
    /// <param name="digitsMax">Digits where six are too few.</param>
    public static string Single(float value, int digitsMax)
    {
        // The reference takes a denormal for one that did not read back, since the C library reports it as an underflow.
        var text = General(value, 6);
        var isSame = float.Parse(text, CultureInfo.InvariantCulture).Equals(value);
        return isSame && !float.IsSubnormal(value) ? text : General(value, digitsMax);
    }

    private static string General(double value, int digits)
    {
        if (value == 0)
            return double.IsNegative(value) ? "-0" : "0";
        var (mantissa, exponent) = Rounded(Math.Abs(value), digits);
        var sign = value < 0 ? "-" : "";
        if (exponent < -4 || exponent >= digits)
            return $"{sign}{WithPoint(mantissa, 1)}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent):00}";
        return exponent < 0
            ? sign + "0." + new string('0', -exponent - 1) + mantissa.TrimEnd('0')
            : sign + WithPoint(mantissa, exponent + 1);
    }

    private static string WithPoint(string digits, int whole)
    {
        var fraction = digits[whole..].TrimEnd('0');
        return fraction.Length == 0 ? digits[..whole] : digits[..whole] + "." + fraction;
    }

    private static (string Digits, int Exponent) Rounded(double value, int digits)
    {
        var text = value.ToString("E" + (digits - 1 + SpareDigits).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E');
        var exponent = int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var exact = text[0] + text[2..mark];
        var kept = exact[..digits].ToCharArray();
        var rest = exact.AsSpan(digits);
        var isTie = rest[0] == '5' && rest[1..].TrimEnd('0').IsEmpty;
        if (rest[0] > '5' || (rest[0] == '5' && !isTie) || (isTie && (kept[^1] - '0') % 2 == 1))
            exponent += Increment(kept);
        return (new string(kept), exponent);
    }

    /// <summary>1 if the number grew by a digit: 999 becomes 100 with a larger exponent.</summary>
    private static int Increment(Span<char> digits)
    {
        var index = digits.Length - 1;
        while (index >= 0 && digits[index] == '9')
            digits[index--] = '0';
        if (index >= 0)
            digits[index]++;
        else
            digits[0] = '1';
        return index >= 0 ? 0 : 1;
    }
}
