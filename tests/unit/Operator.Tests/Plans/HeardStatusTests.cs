using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Operator.Plans;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Tests.Plans;

public class HeardStatusTests
{
    [Fact]
    public void Whatever_a_sidecar_says_can_be_summed_and_read()
    {
        var endless = new string('x', 100_000);
        var edge = new EdgeStatus(endless, EdgeSide.Inbound, endless, -1, long.MaxValue, 0, 0,
            new Dictionary<string, long> { ["Late"] = long.MaxValue, [endless] = -1 }, LatencyHistogram.Empty, 0, 0, false);
        var said = new SidecarStatus("p", endless, null, false, false, long.MinValue, [edge, edge, edge with { Edge = "other" }],
            [.. Enumerable.Repeat(new MediaOperatorReport(endless, 0, MediaOperatorState.Failed, endless, endless), 20_000)],
                [.. Enumerable.Repeat(new LinkStatus(endless, endless, LinkDirection.Inbound, LinkState.Lost, "", 1, endless, -1, -1),
                20_000)])
        {
            Rdma = new(false, endless, endless, endless, endless),
        };
        var heard = HeardStatus.Of(said);
        (heard.Edges.Count, heard.Operators.Count, heard.Links.Count).ShouldBe((2, HeardStatus.PartsMax, HeardStatus.PartsMax));
        heard.Edges.Sum(one => one.Drops.Values.Sum()).ShouldBe(4 * HeardStatus.CountMax);
        heard.Operators[0].Reason.Length.ShouldBeLessThanOrEqualTo(HeardStatus.CharsMax + 1);
        SidecarReport.Unknown.With(heard, true).With(HeardStatus.Of(said with { MonotonicNanoseconds = long.MaxValue }), true)
            .FramesPerSecond.Values.ShouldAllBe(rate => double.IsFinite(rate) && rate >= 0);
    }
}
