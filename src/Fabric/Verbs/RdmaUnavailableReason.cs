namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>Why a machine cannot move frames by RDMA. The names are what status and tools show.</summary>
public enum RdmaUnavailableReason
{
    /// <summary>libibverbs is not installed.</summary>
    LibraryMissing = 1,

    /// <summary>No RDMA device, or not the one that was named.</summary>
    NoDevice = 2,

    /// <summary>The device is there and cannot be opened, has no queue pairs left, or failed while it was in use.</summary>
    DeviceBusy = 3,

    /// <summary>The device's port is not active.</summary>
    PortDown = 4,

    /// <summary>The port has no RoCE v2 address, or not the one that was named.</summary>
    NoRoceV2Gid = 5,

    /// <summary>The process may not lock as much memory as it must register.</summary>
    MemlockLimited = 6,

    /// <summary>The interface's MTU is smaller than the device's packets.</summary>
    MtuMismatch = 7,
}

/// <summary>RDMA cannot be used on this machine as it is.</summary>
public sealed class VerbsUnusableException(RdmaUnavailableReason obstacle, string message, Exception? cause = null)
    : Exception($"{obstacle}: {message}", cause)
{
    public RdmaUnavailableReason Obstacle { get; } = obstacle;
}
