using System.Globalization;

namespace K8sMediaFlow.Native;

/// <summary>Whether this machine has more to do than its processors can.</summary>
public static class ProcessorPressure
{
    private const string Source = "/proc/pressure/cpu", Total = "total=";

    /// <summary>
    /// How long, since the machine's start, somebody was ready to run and no processor was free. The kernel counts every two seconds. Zero
    /// where it does not count.
    /// </summary>
    public static TimeSpan Waited
    {
        get
        {
            try
            {
                return Parse(File.ReadAllText(Source));
            }
            catch (Exception untold) when (untold is IOException or UnauthorizedAccessException)
            {
                return TimeSpan.Zero;
            }
        }
    }

    /// <summary>Reads the file's first line, <c>some avg10=… total=MICROSECONDS</c>; zero if it is another.</summary>
    public static TimeSpan Parse(string text)
    {
        var line = text.Split('\n')[0];
        var at = line.IndexOf(Total, StringComparison.Ordinal);
        return line.StartsWith("some ", StringComparison.Ordinal) && at >= 0
            && long.TryParse(line.AsSpan(at + Total.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
                ? TimeSpan.FromMicroseconds(microseconds)
                : TimeSpan.Zero;
    }
}
