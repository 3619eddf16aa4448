using System.Globalization;

namespace K8sMediaFlow.MediaOperators.Media;

/// <summary>
/// Frames per second as a fraction. Times come from the frame's index by exact arithmetic: adding up a rounded
/// frame duration drifts by 12 ms an hour at 30000/1001.
/// </summary>
internal readonly record struct FrameRate(long Numerator, long Denominator)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    public bool IsKnown => Numerator > 0 && Denominator > 0;

    /// <summary>When the frame of this index (from 0) begins, in nanoseconds from the stream's begin.</summary>
    public long TimeNs(long frameIndex) => (long)((Int128)frameIndex * Denominator * NanosecondsPerSecond / Numerator);

    public long DurationNs(long frameIndex) => TimeNs(frameIndex + 1) - TimeNs(frameIndex);

    /// <summary>
    /// Equal to within 1 in 10,000: a container that stores microseconds per frame says 29.97 where 30000/1001 is meant,
    /// but 24 and 24000/1001 (1 in 1,000 apart) are different promises.
    /// </summary>
    public bool IsAlmost(FrameRate other)
    {
        var left = (Int128)Numerator * other.Denominator;
        var right = (Int128)other.Numerator * Denominator;
        return IsKnown && other.IsKnown && Int128.Abs(left - right) * 10_000 <= Int128.Max(left, right);
    }

    /// <summary>"30", "30000/1001" or "29.97".</summary>
    public static bool TryParse(string? text, out FrameRate rate)
    {
        rate = default;
        var parts = (text ?? "").Split('/');
        if (parts.Length > 2 || !TryParseDecimal(parts[0], out var numerator, out var scale))
            return false;
        var denominator = 1L;
        if (parts.Length == 2 && !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out denominator))
            return false;
        rate = new FrameRate(numerator, denominator * scale);
        return rate.IsKnown;
    }

    public override string ToString() => Denominator == 1
        ? Numerator.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    private static bool TryParseDecimal(string text, out long value, out long scale)
    {
        value = 0;
        scale = 1;
        if (text.Length > 15 || !decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return false;
        for (; number != decimal.Truncate(number); scale *= 10)
            number *= 10;
        value = (long)number;
        return true;
    }
}
