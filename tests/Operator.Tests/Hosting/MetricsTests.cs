using System.Diagnostics.Metrics;
using ControllerMetrics = K8sMediaFlow.Operator.Hosting.Metrics;

namespace K8sMediaFlow.Operator.Tests.Hosting;

/// <summary>Instruments as the page that collectors read.</summary>
public sealed class MetricsTests : IDisposable
{
    private readonly Meter _meter = new($"test-{Guid.NewGuid():N}");
    private readonly ControllerMetrics _metrics;

    public MetricsTests() => _metrics = new(_meter.Name);

    public void Dispose()
    {
        _metrics.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void A_counter_is_added_up_by_its_labels()
    {
        var counter = _meter.CreateCounter<long>("writes", description: "Requests that wrote.");
        counter.Add(2, new("verb", "apply"), new("resource", "pods"));
        counter.Add(3, new("resource", "pods"), new("verb", "apply"));
        counter.Add(1, new("resource", "a \"b\""), new("verb", "apply"));
        _metrics.Page().ShouldBe("""
            # HELP k8smediaflow_controller_writes_total Requests that wrote.
            # TYPE k8smediaflow_controller_writes_total counter
            k8smediaflow_controller_writes_total{resource="a \"b\"",verb="apply"} 1
            k8smediaflow_controller_writes_total{resource="pods",verb="apply"} 5

            """);
    }

    [Fact]
    public void A_histogram_counts_what_lies_above_its_bounds_too()
    {
        var histogram = _meter.CreateHistogram<double>("seconds");
        histogram.Record(0.02);
        histogram.Record(1000);
        var lines = _metrics.Page().Split('\n');
        lines.ShouldContain("k8smediaflow_controller_seconds_bucket{le=\"0.01\"} 0");
        lines.ShouldContain("k8smediaflow_controller_seconds_bucket{le=\"0.025\"} 1");
        lines.ShouldContain("k8smediaflow_controller_seconds_bucket{le=\"120\"} 1");
        lines.ShouldContain("k8smediaflow_controller_seconds_bucket{le=\"+Inf\"} 2");
        lines.ShouldContain("k8smediaflow_controller_seconds_sum 1000.02");
        lines.ShouldContain("k8smediaflow_controller_seconds_count 2");
    }

    [Fact]
    public void A_gauge_is_asked_at_each_page_and_what_it_no_longer_says_is_gone()
    {
        Measurement<int>[] said = [new(4, new KeyValuePair<string, object?>("loop", "pods"))];
        _meter.CreateObservableGauge("depth", () => said);
        _metrics.Page().ShouldContain("k8smediaflow_controller_depth{loop=\"pods\"} 4\n");
        said = [];
        _metrics.Page().ShouldNotContain("loop=\"pods\"");
    }
}
