using System.Globalization;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>What to say of a frame rate that is none: mostly it lacks its quotes, or is the decimal by which people call a ratio.</summary>
internal static class Rates
{
    internal const string Expected = "a rate such as \"30\" or \"30000/1001\"";

    internal static string Explain(string written) =>
        Ratio(written) is { } ratio
            ? $"is {written}; a rate is written as text: write \"{ratio}\"{Broadcast(written)}"
            : $"is {written}; {Expected} is expected";

    /// <summary>The same value as a rate has it, or null where there is none.</summary>
    private static string? Ratio(string written)
    {
        if (Rational.TryParse(written, out _))
            return written;
        if (!TryDecimal(written, out var value))
            return null;
        var denominator = 1L;
        for (; value != decimal.Truncate(value); value *= 10)
            denominator *= 10;
        var common = (long)System.Numerics.BigInteger.GreatestCommonDivisor((long)value, denominator);
        var ratio = denominator == common ? $"{(long)value / common}" : $"{(long)value / common}/{denominator / common}";
        return Rational.TryParse(ratio, out _) ? ratio : null;
    }

    /// <summary>29.97 is how people call 30000/1001.</summary>
    private static string Broadcast(string written)
    {
        if (!TryDecimal(written, out var value) || value == decimal.Truncate(value))
            return "";
        var whole = (int)Math.Round(value * 1001 / 1000);
        return Math.Abs(whole * 1000m / 1001 - value) < 0.01m ? $", or \"{whole * 1000}/1001\" for the rate of broadcasters" : "";
    }

    private static bool TryDecimal(string written, out decimal value) =>
        decimal.TryParse(written, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value is > 0 and < 10_000
            && written.Length <= 10;
}
