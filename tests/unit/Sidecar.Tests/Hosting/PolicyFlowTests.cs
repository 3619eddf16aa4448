using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Simulated;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>Policies between pods, over TCP. Over RDMA: in the guest.</summary>
public sealed class TcpPolicyTests : PolicyConformance
{
    private const int TooLarge = 5000, Large = 3;

    [Fact]
    public async Task A_frame_for_which_no_block_is_large_enough_at_the_other_end_is_explained_and_counted_as_dropped()
    {
        await using var flow = await PolicyFlow.Start(Plans with { PayloadBytes = TooLarge }, FabricOf);
        using var sink = new PolicySink(flow.Render, workMilliseconds: 0);
        for (var number = 0; number < Large; number++)
            flow.Camera.Outputs["video"].Loan(TooLarge).Send();
        flow.Camera.Outputs["video"].Complete();
        sink.AwaitEnd();
        flow.Finish();
        sink.Sequences.ShouldBeEmpty();
        flow.Gaps().ShouldBe(Large);
        flow.Drops().ShouldBe(new Dictionary<string, long> { ["Dropped"] = Large });
    }
}

/// <summary>Policies within a pod, in shared memory.</summary>
public sealed class LocalPolicyTests : PolicyConformance
{
    private protected override FlowPlans Plans => base.Plans with { InOnePod = true };
}

/// <summary>Policies between pods whose links are on the simulated fabric.</summary>
public sealed class SimulatedPolicyTests : PolicyConformance
{
    private readonly SimulatedNetwork _network = new(seed: 39, virtualTime: false);

    private protected override IFabric? FabricOf(string pod) => new SimulatedFabric(_network);
}
