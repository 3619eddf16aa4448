using System.Globalization;

namespace K8sMediaFlow.Protobuf;

/// <summary>Timestamps as RFC 3339 in UTC, durations as seconds with an s; fractions in 0, 3, 6 or 9 digits.</summary>
internal static class TimeText
{
    private const long TimestampMin = -62_135_596_800, TimestampMax = 253_402_300_799, DurationMax = 315_576_000_000;

    public static string Timestamp(long seconds, long nanos)
    {
        if (seconds is < TimestampMin or > TimestampMax || nanos is < 0 or > 999_999_999)
            throw new ProtobufException($"a timestamp of {seconds} s and {nanos} ns lies outside the years 1 to 9999");
        var time = DateTime.UnixEpoch.AddSeconds(seconds);
        return time.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) + Fraction(nanos) + "Z";
    }

    public static string Duration(long seconds, long nanos)
    {
        if (seconds is < -DurationMax or > DurationMax || nanos is < -999_999_999 or > 999_999_999
            || Math.Sign(seconds) * Math.Sign(nanos) < 0)
            throw new ProtobufException($"a duration of {seconds} s and {nanos} ns is none");
        var sign = seconds < 0 || nanos < 0 ? "-" : "";
        return sign + Math.Abs(seconds).ToString(CultureInfo.InvariantCulture) + Fraction(Math.Abs(nanos)) + "s";
    }

    /// <summary>False if the text is none.</summary>
    public static bool TryTimestamp(string text, out long seconds, out long nanos)
    {
        (seconds, nanos) = (0, 0);
        var dot = text.IndexOf('.');
        var zone = text.IndexOfAny(['Z', '+', '-'], Math.Min(text.Length, 19));
        if (zone < 0 || (dot >= 0 && (dot != 19 || !TryFraction(text[20..zone], out nanos))) || (dot < 0 && zone != 19))
            return false;
        var whole = text[..19] + text[zone..];
        if (!DateTimeOffset.TryParseExact(whole, ["yyyy-MM-ddTHH:mm:ssZ", "yyyy-MM-ddTHH:mm:sszzz"], CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var time))
            return false;
        seconds = time.ToUnixTimeSeconds();
        return true;
    }

    public static bool TryDuration(string text, out long seconds, out long nanos)
    {
        (seconds, nanos) = (0, 0);
        var sign = text.StartsWith('-') ? -1 : 1;
        if (!text.EndsWith('s'))
            return false;
        var parts = text[(sign < 0 ? 1 : 0)..^1].Split('.');
        if (parts.Length > 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out seconds)
            || seconds > DurationMax)
            return false;
        if (parts.Length == 2 && !TryFraction(parts[1], out nanos))
            return false;
        (seconds, nanos) = (sign * seconds, sign * nanos);
        return true;
    }

    private static string Fraction(long nanos)
    {
        if (nanos == 0)
            return "";
        var digits = nanos.ToString("000000000", CultureInfo.InvariantCulture);
        return "." + (nanos % 1_000_000 == 0 ? digits[..3] : nanos % 1000 == 0 ? digits[..6] : digits);
    }

    private static bool TryFraction(string digits, out long nanos)
    {
        nanos = 0;
        return digits.Length is > 0 and <= 9
            && long.TryParse(digits.PadRight(9, '0'), NumberStyles.None, CultureInfo.InvariantCulture, out nanos);
    }
}
