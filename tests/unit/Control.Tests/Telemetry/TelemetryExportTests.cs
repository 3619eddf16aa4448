using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using K8sMediaFlow.Control.Http;
using K8sMediaFlow.Control.Telemetry;
using Microsoft.Extensions.Configuration;

namespace K8sMediaFlow.Control.Tests.Telemetry;

/// <summary>What collectors get: the page of metrics, and what is sent over OTLP.</summary>
public sealed class TelemetryExportTests : IDisposable
{
    private readonly Meter _meter = new($"test-{Guid.NewGuid():N}");

    public void Dispose() => _meter.Dispose();

    [Fact]
    public async Task The_page_has_instruments_under_their_own_names_without_labels_of_the_library()
    {
        await using var page = await PageAsync();
        var counter = _meter.CreateCounter<long>("frames_total", description: "Frames.");
        counter.Add(3, new KeyValuePair<string, object?>("edge", "a.video->b.video"));
        counter.Add(4, new KeyValuePair<string, object?>("edge", "quote \" and \\ and\nline"));
        _meter.CreateObservableGauge("blocks", () => 0.5, description: "Blocks.");
        var histogram = _meter.CreateHistogram("wait_seconds", null, "Waiting.", null, new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [2.048E-06, 0.1, 1],
        });
        foreach (var value in new[] { 0.05, 0.5, 100 })
            histogram.Record(value, new KeyValuePair<string, object?>("side", "Local"));
        (await page.ReadAsync()).ShouldBe("""
            # TYPE blocks gauge
            # HELP blocks Blocks.
            blocks{} 0.5
            # TYPE frames_total counter
            # HELP frames_total Frames.
            frames_total{edge="a.video->b.video"} 3
            frames_total{edge="quote \" and \\ and\nline"} 4
            # TYPE wait_seconds histogram
            # HELP wait_seconds Waiting.
            wait_seconds_bucket{side="Local",le="2.048E-06"} 0
            wait_seconds_bucket{side="Local",le="0.1"} 1
            wait_seconds_bucket{side="Local",le="1"} 2
            wait_seconds_bucket{side="Local",le="+Inf"} 3
            wait_seconds_sum{side="Local"} 100.55
            wait_seconds_count{side="Local"} 3

            """);
    }

    [Fact]
    public async Task A_gauge_is_asked_at_each_page_and_what_it_no_longer_says_is_gone()
    {
        await using var page = await PageAsync();
        Measurement<int>[] said = [new(4, new KeyValuePair<string, object?>("loop", "pods"))];
        _meter.CreateObservableGauge("depth", () => said);
        (await page.ReadAsync()).ShouldContain("depth{loop=\"pods\"} 4\n");
        said = [];
        (await page.ReadAsync()).ShouldNotContain("loop=\"pods\"");
    }

    [Fact]
    public async Task A_call_is_one_trace_from_the_caller_to_the_sidecar()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var control = await ControlFixture.StartAsync();
        var name = $"test-{Guid.NewGuid():N}";
        using var source = new ActivitySource(name);
        using (new TelemetryExport(new("controller", "one", [], [name, ControlApi.ActivitySourceName]), receiver.Variables))
        {
            using var reconcile = source.StartActivity("reconcile");
            await control.Client.GetInfoAsync(CancellationToken.None);
        }
        var root = receiver.Spans.Single(span => span.Name == "reconcile");
        // Other tests of this process call as well.
        var spans = receiver.Spans.Where(span => span.TraceId == root.TraceId).ToList();
        var (called, served) = (spans.Single(span => span is { Name: "GetInfo", Kind: 3 }),
            spans.Single(span => span is { Name: "GetInfo", Kind: 2 }));
        (called.ParentSpanId, served.ParentSpanId).ShouldBe((root.SpanId, called.SpanId));
        receiver.Traces.First().Resources.Single().Resource.Attributes.Single(one => one.Key == "service.name")
            .Value.StringValue.ShouldBe("controller");
    }

    [Fact]
    public async Task Histograms_are_sent_with_their_bounds()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        using (new TelemetryExport(new("sidecar", "camera-0", [_meter.Name], []), receiver.Variables))
        {
            var histogram = _meter.CreateHistogram("wait_seconds", null, "Waiting.", null, new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.1, 1],
            });
            histogram.Record(0.5);
        }
        var point = receiver.Metrics.SelectMany(one => one.Resources).SelectMany(one => one.Scopes).SelectMany(one => one.Metrics)
            .Single(one => one.Name == "wait_seconds").Histogram.Points.ShouldHaveSingleItem();
        (point.Count, point.Sum).ShouldBe((1ul, 0.5));
        point.BucketCounts.ShouldBe([0ul, 1ul, 0ul]);
        point.ExplicitBounds.ShouldBe([0.1, 1]);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "not an address")]
    public void An_address_that_is_none_is_refused_with_its_variable(string variable, string value)
    {
        var variables = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [variable] = value }).Build();
        Should.Throw<InvalidDataException>(() => new TelemetryExport(new("sidecar", "one", [], []), variables))
            .Message.ShouldStartWith($"{variable}: '{value}'");
    }

    private Task<MetricsPage> PageAsync() =>
        MetricsPage.StartAsync(new TelemetryExport(new("test", "one", [_meter.Name], []), new ConfigurationBuilder().Build()));

    /// <summary>Served and read as by a collector.</summary>
    private sealed class MetricsPage(TelemetryExport export, PlainHttpServer server) : IAsyncDisposable
    {
        private readonly HttpClient _client = new();

        public static async Task<MetricsPage> StartAsync(TelemetryExport export)
        {
            var server = new PlainHttpServer(IPAddress.Loopback, 0, new Dictionary<string, Func<PlainPage>>(), export);
            await server.StartAsync(CancellationToken.None);
            return new MetricsPage(export, server);
        }

        public Task<string> ReadAsync() => _client.GetStringAsync(new Uri($"http://127.0.0.1:{server.Port}{TelemetryExport.Page}"));

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await server.DisposeAsync();
            export.Dispose();
        }
    }
}
