namespace K8sMediaFlow.Control.Status;

/// <summary>Whether a sidecar's links can use RDMA now.</summary>
/// <param name="Usable">Nothing stands in the way on this end.</param>
/// <param name="Device">Name of the device; empty where there is none.</param>
/// <param name="Address">Its address on the wire; empty where it has none.</param>
/// <param name="Obstacle">What stands in the way, by its stable name (NoDevice, PortDown …); empty where nothing does.</param>
/// <param name="Detail">The obstacle in words, with what helps.</param>
public sealed record RdmaStatus(bool Usable, string Device, string Address, string Obstacle, string Detail)
{
    /// <summary>Empty packets that were sent to ask whether peers live; each is answered by another.</summary>
    public long Probes { get; init; }
}
