namespace K8sMediaFlow.Control.Status;

public enum LinkDirection
{
    Outbound = 1,
    Inbound = 2,
}

public enum LinkState
{
    Connecting = 1,
    Ready = 2,

    /// <summary>Was ready and is being opened again: see the reason.</summary>
    Lost = 3,

    /// <summary>End of stream was sent and everything is done.</summary>
    Drained = 4,
}

/// <summary>One link of a sidecar.</summary>
/// <param name="Way">Tcp or Rdma: what it runs on, or ran on last.</param>
/// <param name="Reason">Why it is not ready; else empty.</param>
/// <param name="NotDone">Frames kept for a replay (outbound), or landed and not done (inbound).</param>
public sealed record LinkStatus(
    string Edge,
    string PeerPod,
    LinkDirection Direction,
    LinkState State,
    string Way,
    uint Epoch,
    string Reason,
    long NotDone,
    long Reconnects)
{
    /// <summary>Why it does not run on RDMA, in words; empty where it does, and where RDMA was not asked for.</summary>
    public string WayReason { get; init; } = "";
}
