using K8sMediaFlow.Fabric.Tcp;

namespace K8sMediaFlow.Fabric.Tests;

public sealed class TcpFabricTests : FabricConformance
{
    protected override IFabric Create() => new TcpFabric();
}
