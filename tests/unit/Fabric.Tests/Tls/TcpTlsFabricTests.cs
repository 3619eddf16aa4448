namespace K8sMediaFlow.Fabric.Tests.Tls;

/// <summary>The promises of every fabric, kept by Tcp with TLS.</summary>
public sealed class TcpTlsFabricTests : FabricConformance
{
    protected override IFabric Create() => new IdentifiedFabric(TestIdentities.Both, TestIdentities.Both);
}
