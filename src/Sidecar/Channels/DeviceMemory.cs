using K8sMediaFlow.Native;
using K8sMediaFlow.Sidecar.Devices;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>
/// Memory near the RNIC. The kernel takes it from the node of the processor that asks for it first, so it is asked for on one of the card's
/// node. Binding it (mbind) would say the same, but the container runtimes' default seccomp profile refuses that to a process without
/// CAP_SYS_NICE, and binding fails where a node is full, while this takes what the next one has.
/// </summary>
internal static class DeviceMemory
{
    private static readonly Lazy<IReadOnlyList<int>> s_near = new(() => RdmaAllocation.Find() is { Devices: [var first, ..] } found
        ? NumaNodes.ProcessorsNear(found.SysRoot, first)
        : []);

    public static T Near<T>(Func<T> make) => ThreadProcessors.RunOn(s_near.Value, make);
}
