using K8sMediaFlow.Control.Metrics;

namespace K8sMediaFlow.Control.Tests.Metrics;

public sealed class PrometheusTextTests
{
    [Fact]
    public void Samples_of_one_name_stand_together_behind_one_help_and_type()
    {
        var text = new PrometheusText();
        text.Counter("frames_total", "Frames.", 3, ("edge", "a.video->b.video"));
        text.Gauge("blocks", "Blocks.", 0.5);
        text.Counter("frames_total", "Frames.", 4, ("edge", "quote \" and \\ and\nline"));
        text.ToString().ShouldBe(
            "# HELP frames_total Frames.\n# TYPE frames_total counter\nframes_total{edge=\"a.video->b.video\"} 3\n" +
            "frames_total{edge=\"quote \\\" and \\\\ and\\nline\"} 4\n# HELP blocks Blocks.\n# TYPE blocks gauge\nblocks 0.5\n");
    }

    [Fact]
    public void The_buckets_of_a_histogram_are_added_up_and_end_with_all()
    {
        var text = new PrometheusText();
        text.Histogram("wait_seconds", "Waiting.", [0.1, 1], [2, 3], 4.25, 6, ("side", "Local"));
        text.ToString().ShouldBe(
            "# HELP wait_seconds Waiting.\n# TYPE wait_seconds histogram\nwait_seconds_bucket{side=\"Local\",le=\"0.1\"} 2\n" +
            "wait_seconds_bucket{side=\"Local\",le=\"1\"} 5\nwait_seconds_bucket{side=\"Local\",le=\"+Inf\"} 6\nwait_seconds_sum{side=\"Local\"} 4.25\nwait_seconds_count{side=\"Local\"} 6\n");
    }
}
