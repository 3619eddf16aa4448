using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Simulated;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>Edges that deal frames out by key: over TCP, and in one pod.</summary>
public sealed class KeyFlowTests : KeyConformance
{
    [Fact]
    public async Task In_one_pod_all_frames_of_a_key_go_to_one_replica_whichever_producer_sends_them()
    {
        using var pod = new RunningPod(Plans with { InOnePod = true }, "camera-0");
        var (cameras, renders) = (new List<MediaOperator>(), new List<MediaOperator>());
        foreach (var replica in Plans.Cameras)
            cameras.Add(await pod.Attach(replica: replica));
        foreach (var replica in Plans.Renders)
            renders.Add(await pod.Attach(mediaOperator: "render", replica: replica));
        var sinks = Flow(cameras, renders, static _ => { });
        ShouldBeAtOneReplicaEach(sinks);
        await Dispose([.. cameras, .. renders]);
    }
}

/// <summary>Edges that deal frames out by key between pods whose links are on the simulated fabric.</summary>
public sealed class SimulatedKeyTests : KeyConformance
{
    private readonly SimulatedNetwork _network = new(seed: 44, virtualTime: false);

    private protected override IFabric? Fabric => new SimulatedFabric(_network);
}
