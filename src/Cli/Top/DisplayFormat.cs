using System.Globalization;

namespace K8sMediaFlow.Cli.Top;

/// <summary>Numbers as people read them.</summary>
internal static class DisplayFormat
{
    public static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);

    public static string Rate(double perSecond) => perSecond.ToString("0.0", CultureInfo.InvariantCulture);

    public static string MegabytesPerSecond(double bytesPerSecond) => (bytesPerSecond / 1e6).ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>With the unit that leaves one to three digits before the point; a dash where nothing was measured.</summary>
    public static string Latency(double nanoseconds) => nanoseconds switch
    {
        <= 0 => "-",
        < 1e3 => Unit(nanoseconds, "ns"),
        < 1e6 => Unit(nanoseconds / 1e3, "µs"),
        < 1e9 => Unit(nanoseconds / 1e6, "ms"),
        _ => Unit(nanoseconds / 1e9, "s"),
    };

    private static string Unit(double value, string unit)
        => value.ToString(value < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + " " + unit;
}
