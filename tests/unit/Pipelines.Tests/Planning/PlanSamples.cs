using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Pipelines.Tests.Planning;

internal static class PlanSamples
{
    internal static readonly MediaCaps Video = new(new VideoCaps(1920, 1080, "yuv420p", new Rational(30000, 1001)));
    internal static readonly string Token = new('a', 64);

    /// <summary>The receiving end of one edge between two pods, with a media operator that passes its frames on to another.</summary>
    internal static SidecarPlan Studio()
    {
        var first = Edge("decode", "analyse", "match-decode-0", EdgeWay.Tcp);
        var second = Edge("analyse", "encode", "match-studio-0", EdgeWay.Local);
        return new SidecarPlan(
            new PlanVersion(1, 2, 3), "default", "match", "match-studio-0", Execution.Batch, new PollingPlan(PollingMode.Hybrid, 20),
            [
                new MediaOperatorPlan("analyse", 0, Token, [new(16384, 40), new(3112960, 20)],
                    [new("video", first.Name, Video)], [new("video", [second.Name], Video, 40)], 4),
                new MediaOperatorPlan("encode", 0, Token, [], [new("video", second.Name, Video)], [], 4),
            ],
            [first, second],
            [],
            [new LinkPlan(first.Name, "match-decode-0", "127.3.4.1", 7402, ["k8smediaflow://default/match/decode"], [new(3129344, 24)])]);
    }

    private static EdgePlan Edge(string from, string to, string fromPod, EdgeWay way) => new(
        $"{from}.video->{to}.video", new PortRef(from, "video"), new PortRef(to, "video"), Distribution.RoundRobin, FrameOrder.Arrival,
        OnFull.Block, Delivery.AtLeastOnce, 64, 4, Video, Video.FrameBytes,
        [new(from, 0, fromPod)], [new(to, 0, "match-studio-0")], way, "because");
}
