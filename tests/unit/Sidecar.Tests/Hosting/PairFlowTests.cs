using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Simulated;
using K8sMediaFlow.Sidecar.Channels;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>Edges that pair replica i with replica i: over TCP, and in one pod.</summary>
public sealed class PairFlowTests : PairConformance
{
    [Fact]
    public async Task In_one_pod_each_replica_gets_the_frames_of_its_partner_and_no_others()
    {
        var plans = Two with { InOnePod = true };
        using var pod = new RunningPod(plans, "camera-0");
        PodTopology.Pairs(pod.Runtime.Plan).Select(pair => $"{pair.Producer} {pair.Consumer}")
            .ShouldBe(["camera-0 render-0", "camera-1 render-1"]);
        await using var first = await pod.Attach(replica: 0);
        await using var second = await pod.Attach(replica: 1);
        await using var render = await pod.Attach(mediaOperator: "render", replica: 0);
        await using var other = await pod.Attach(mediaOperator: "render", replica: 1);
        Flow([first, second], [render, other], 300, static () => { });
    }

    [Fact]
    public void A_pod_of_several_producers_sends_each_ones_frames_by_its_own_link_only()
    {
        var plan = Two.Of("camera-0");
        var both = plan with
        {
            Edges = [plan.Edges[0] with { Producers = [new("camera", 0, "camera-0"), new("camera", 1, "camera-0")] }],
            Outbound = [plan.Outbound[0], plan.Outbound[0] with { PeerPod = "render-1" }],
        };
        PodTopology.ProducersInto(both, both.Outbound[0]).ShouldBe(["camera-0"]);
        PodTopology.ProducersInto(both, both.Outbound[1]).ShouldBe(["camera-1"]);
        PodTopology.Pairs(both).Count.ShouldBe(2);
    }
}

/// <summary>Pairs of replicas in pods whose links are on the simulated fabric.</summary>
public sealed class SimulatedPairTests : PairConformance
{
    private readonly SimulatedNetwork _network = new(seed: 18, virtualTime: false);

    private protected override IFabric? Fabric => new SimulatedFabric(_network);
}
