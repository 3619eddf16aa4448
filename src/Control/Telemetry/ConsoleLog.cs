using K8sMediaFlow.Control.Options;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace K8sMediaFlow.Control.Telemetry;

/// <summary>The log of our processes on standard error: JSON for clusters, time and sentence for people.</summary>
public static class ConsoleLog
{
    private const string Timestamps = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Writes what is logged to standard error.</summary>
    /// <param name="logging">Gets the console.</param>
    /// <param name="format">How a line is written.</param>
    /// <param name="least">The least severe events that are written.</param>
    public static void AddConsoleLog(this ILoggingBuilder logging, LogFormat format, LogLevel least)
    {
        // What the framework says of its own life (hosting, Kestrel, gRPC) is for those who ask for Debug.
        logging.SetMinimumLevel(least).AddFilter("Microsoft", least < LogLevel.Information ? least : LogLevel.Warning)
            .AddFilter("Grpc", LogLevel.Warning);
        // Not by AddConsoleFormatter, which binds options from a configuration: there are none, and a native program could not.
        logging.Services.AddSingleton<ConsoleFormatter, SentenceFormatter>();
        if (format == LogFormat.Json)
            logging.AddJsonConsole(json => (json.TimestampFormat, json.UseUtcTimestamp) = (Timestamps, true));
        else
            logging.AddConsole(console => console.FormatterName = SentenceFormatter.FormatterName);
        logging.Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
