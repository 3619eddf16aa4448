using System.Text.RegularExpressions;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Control.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace K8sMediaFlow.Control.Tests.Telemetry;

public sealed partial class ConsoleLogTests
{
    [Fact]
    public void A_line_for_people_has_the_time_and_the_sentence()
    {
        using var written = new StringWriter();
        var formatter = new SentenceFormatter(new FixedTime());
        formatter.Write(new LogEntry<string>(LogLevel.Information, "any", default, "two words", null, static (state, _) => state), null,
            written);
        formatter.Write(new LogEntry<string>(LogLevel.Error, "any", default, "failed", new IOException("disk"), static (state, _) => state),
            null, written);
        written.ToString().ShouldBe("03:04:05.000 two words\n03:04:05.000 failed: System.IO.IOException: disk\n");
    }

    /// <summary>Who collects logs has rules for these names.</summary>
    [Fact]
    public void A_line_for_clusters_has_these_names_in_this_order()
    {
        using var written = new StringWriter();
        using var services = new ServiceCollection().AddLogging(log => log.AddConsoleLog(LogFormat.Json, LogLevel.Information))
            .BuildServiceProvider();
        var options = services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value;
        var formatter = services.GetServices<ConsoleFormatter>().Single(one => one.Name == options.FormatterName);
        var log = new Through(formatter, written);
        log.LogWarning("link {Edge} has lost {Frames} frames", "a.x->b.y", 3);
        log.LogError(new IOException("disk"), "failed");
        Moment().Replace(written.ToString(), "\"MOMENT\"").ShouldBe("""
            {"Timestamp":"MOMENT","EventId":0,"LogLevel":"Warning","Category":"line-camera-0","Message":"link a.x-\u003Eb.y has lost 3 frames","State":{"Edge":"a.x-\u003Eb.y","Frames":3,"{OriginalFormat}":"link {Edge} has lost {Frames} frames"}}
            {"Timestamp":"MOMENT","EventId":0,"LogLevel":"Error","Category":"line-camera-0","Message":"failed","Exception":"System.IO.IOException: disk","State":{"{OriginalFormat}":"failed"}}

            """);
    }

    [GeneratedRegex(@"""\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z""")]
    private static partial Regex Moment();

    /// <summary>Formats what is logged as the console does, and writes it where a test can read it.</summary>
    private sealed class Through(ConsoleFormatter console, TextWriter written) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> sentence) =>
            console.Write(new LogEntry<TState>(logLevel, "line-camera-0", eventId, state, exception, sentence), null, written);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    }
}
