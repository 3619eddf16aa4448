using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Simulated;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>Policies between pods, over TCP. Over RDMA: in the guest.</summary>
public sealed class TcpPolicyTests : PolicyConformance;

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
