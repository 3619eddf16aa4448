using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Sidecar.Hosting;

namespace K8sMediaFlow.Sidecar;

/// <summary>One line per event on standard error, with the time. Never on the path of a frame: that path counts.</summary>
internal static class Log
{
    private static LogFormat _format;
    private static LogLevel _least = LogLevel.Information;
    private static string _pod = "";

    /// <summary>How everything that follows is written, what is left out, and whose it is.</summary>
    public static void Use(LogFormat format, LogLevel least, string pod) => (_format, _least, _pod) = (format, least, pod);

    public static void Write(string sentence)
    {
        if (_least <= LogLevel.Information)
            Write("info", sentence);
    }

    /// <summary>Something that a person has to see to.</summary>
    public static void Fault(string sentence) => Write("error", sentence);

    /// <summary>The line that is written.</summary>
    public static string Line(LogFormat format, DateTime utc, string level, string pod, string sentence) => format == LogFormat.Json
        ? JsonSerializer.Serialize(new LogLine(utc.ToString("O", CultureInfo.InvariantCulture), level, pod, sentence), LogJson.Default.LogLine)
        : $"{utc.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} {sentence}";

    private static void Write(string level, string sentence) => Console.Error.WriteLine(Line(_format, DateTime.UtcNow, level, _pod, sentence));
}

/// <summary>One event as structured log.</summary>
internal sealed record LogLine(string Time, string Level, string Pod, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LogLine))]
internal sealed partial class LogJson : JsonSerializerContext;
