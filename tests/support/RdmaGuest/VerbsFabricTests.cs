using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tests;

namespace K8sMediaFlow.RdmaGuest;

public sealed class VerbsFabricTests : FabricConformance
{
    protected override bool KeepsStrayWritesOut => false;

    /// <summary>The guest's CPU is emulated.</summary>
    protected override int AbortsTried => 30;

    protected override IFabric Create() => new CableFabric();
}

public sealed class VerbsFabricOfFourPairsTests : FabricConformance
{
    protected override bool KeepsStrayWritesOut => false;

    protected override int AbortsTried => 15;

    protected override IFabric Create() => new CableFabric(queuePairs: 4);
}
