using K8sMediaFlow.Cli.Top;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Cli.Tests.Top;

public class EdgeBoardTests
{
    private const string Edge = "decode.video->analyse.video";

    [Fact]
    public void Frames_that_left_one_pod_and_reached_another_count_once()
    {
        var board = new EdgeBoard([Edge]);
        board.Accept(Status("decode", "one", 1, Part(EdgeSide.Outbound, 12, drops: 1)));
        board.Accept(Status("studio", "one", 1, Part(EdgeSide.Inbound, 10, drops: 2)));
        var row = board.Rows().Single();
        (row.Frames, row.Bytes, row.Way, row.BlocksInUse, row.BlocksTotal).ShouldBe((10, 1000, "TCP", 4, 10));
        row.Drops["Late"].ShouldBe(3);
        row.Latency.Count.ShouldBe(10);
    }

    [Fact]
    public void Counts_go_on_over_a_restart_of_the_sidecar()
    {
        var board = new EdgeBoard([Edge]);
        board.Accept(Status("studio", "one", 1, Part(EdgeSide.Local, 100, drops: 1)));
        board.Accept(Status("studio", "two", 2, Part(EdgeSide.Local, 5, drops: 0)));
        board.Accept(Status("studio", "two", 3, Part(EdgeSide.Local, 7, drops: 0)));
        var row = board.Rows().Single();
        (row.Frames, row.Bytes, row.Drops["Late"], row.Latency.Count).ShouldBe((107, 10_700, 1, 107));
    }

    [Fact]
    public void Rates_are_those_of_the_last_seconds_by_the_sidecars_own_clock()
    {
        var board = new EdgeBoard([Edge]);
        for (var second = 0; second <= 10; second++)
            board.Accept(Status("studio", "one", second, Part(EdgeSide.Local, second < 5 ? 0 : (second - 4) * 30, drops: 0)));
        var row = board.Rows().Single();
        row.FramesPerSecond.ShouldBe(30);
        row.BytesPerSecond.ShouldBe(3000);
        row.MeanFramesPerSecond.ShouldBe(36);
    }

    [Fact]
    public void An_edge_that_nobody_has_told_of_yet_has_an_empty_row_in_its_place()
    {
        var board = new EdgeBoard([Edge, "other"]);
        board.Accept(Status("studio", "one", 1, Part(EdgeSide.Local, 1, drops: 0)));
        board.Rows().Select(row => row.Edge).ShouldBe([Edge, "other"]);
        EdgeLine.Render(TimeSpan.FromSeconds(1.5), board.Rows()[1])
            .ShouldBe("   1.5s other - 0 frames 0.0 fps 0.0 MB/s p50 - p99 - drops 0 blocks 0/0");
    }

    [Theory]
    [InlineData(0, "-")]
    [InlineData(640, "640 ns")]
    [InlineData(1_300, "1.3 µs")]
    [InlineData(64_000, "64 µs")]
    [InlineData(7_400_000, "7.4 ms")]
    [InlineData(2_000_000_000, "2.0 s")]
    public void Latencies_are_told_in_the_unit_that_fits(double nanoseconds, string text) =>
        DisplayFormat.Latency(nanoseconds).ShouldBe(text);

    private static SidecarStatus Status(string pod, string incarnation, int second, EdgeStatus edge)
        => new(pod, incarnation, null, false, false, second * 1_000_000_000L, [edge], [], []);

    private static EdgeStatus Part(EdgeSide side, long frames, long drops)
    {
        var latency = new long[LatencyHistogram.BucketCount];
        latency[40] = frames;
        return new EdgeStatus(
            Edge, side, side == EdgeSide.Local ? "Local" : "Tcp", frames, frames * 100, 0, 0,
            new Dictionary<string, long> { ["Late"] = drops }, new LatencyHistogram(latency), 2, 5, false);
    }
}
