using System.Globalization;

namespace K8sMediaFlow.Control.Grpc;

/// <summary>The grpc-timeout header: at most eight digits and a unit.</summary>
internal static class GrpcTimeout
{
    public const string Header = "grpc-timeout";
    private const int DigitsMax = 8;

    public static bool TryParse(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > DigitsMax + 1 || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return false;
        if (Unit(text[^1]) is not { } unit)
            return false;
        timeout = TimeSpan.FromTicks((long)Math.Min(count * (double)unit.Ticks, int.MaxValue * (double)TimeSpan.TicksPerMillisecond));
        if (text[^1] == 'n')
            timeout = TimeSpan.FromTicks(count / 100);
        return true;
    }

    /// <summary>Milliseconds, rounded up: a deadline that the caller still has is not cut to zero.</summary>
    public static string Format(TimeSpan timeout)
    {
        var milliseconds = (long)Math.Ceiling(timeout.TotalMilliseconds);
        return milliseconds <= 99_999_999
            ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds}m")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Min(milliseconds / 1000, 99_999_999)}S");
    }

    private static TimeSpan? Unit(char unit) => unit switch
    {
        'H' => TimeSpan.FromHours(1),
        'M' => TimeSpan.FromMinutes(1),
        'S' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMilliseconds(1),
        'u' => TimeSpan.FromMicroseconds(1),
        'n' => TimeSpan.Zero,
        _ => null,
    };
}
