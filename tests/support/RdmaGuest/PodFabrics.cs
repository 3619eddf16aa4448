using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Verbs;

namespace K8sMediaFlow.Sidecar.Tests.Links.Loopback;

/// <summary>The sidecars' link tests with a device of the guest for each pod.</summary>
internal static class PodFabrics
{
    /// <summary>Fewer than on the host: the guest's CPU is emulated.</summary>
    public const int Cuts = 6;

    /// <summary>After which a test takes something for hanging.</summary>
    public const int PatienceSeconds = 300;

    public static IFabric Sending() => VerbsFabric.Open(new VerbsChoice { Device = "rxe0" });

    public static IFabric Receiving() => VerbsFabric.Open(new VerbsChoice { Device = "rxe1" });
}
