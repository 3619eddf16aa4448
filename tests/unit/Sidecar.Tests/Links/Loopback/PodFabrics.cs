using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tcp;

namespace K8sMediaFlow.Sidecar.Tests.Links.Loopback;

/// <summary>
/// What the two pods of a test are connected by: Tcp here, the devices of the guest in tests/support/RdmaGuest, where the same tests run
/// again.
/// </summary>
internal static class PodFabrics
{
    /// <summary>How often connections are cut: as often as the machine has time for.</summary>
    public const int Cuts = 25;

    /// <summary>After which a test takes something for hanging.</summary>
    public const int PatienceSeconds = 300;

    public static IFabric Sending() => new TcpFabric();

    public static IFabric Receiving() => new TcpFabric();
}
