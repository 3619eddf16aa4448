using K8sMediaFlow.Fabric.Simulated;

namespace K8sMediaFlow.Fabric.Tests;

public sealed class SimulatedFabricTests : FabricConformance
{
    protected override IFabric Create() => new SimulatedFabric(new SimulatedNetwork(seed: 1, virtualTime: false));
}
