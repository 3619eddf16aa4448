using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tests;

namespace K8sMediaFlow.RdmaGuest;

public sealed class VerbsFabricTests : FabricConformance
{
    protected override bool KeepsStrayWritesOut => false;

    protected override IFabric Create() => new CableFabric();
}
