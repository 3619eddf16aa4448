using K8sMediaFlow.Control.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace K8sMediaFlow.Control.Tests.Telemetry;

public sealed class ConsoleLogTests
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

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    }
}
