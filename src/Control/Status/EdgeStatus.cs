using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Control.Status;

/// <summary>Which part of an edge a figure counts. Frames delivered to consumers are the sum over Local and Inbound.</summary>
public enum EdgeSide
{
    /// <summary>From a producer of this pod to a consumer of this pod.</summary>
    Local = 1,

    /// <summary>From a producer of this pod into links.</summary>
    Outbound = 2,

    /// <summary>From links to a consumer of this pod.</summary>
    Inbound = 3,
}

/// <summary>
/// The part of one edge that one sidecar sees. Counts are of this edge since the sidecar started, over all its channels there.
/// </summary>
/// <param name="Edge">Its name in the plan: <c>decode.video->analyse.video</c>.</param>
/// <param name="Way">Local, Tcp or Rdma.</param>
/// <param name="Drops">By cause.</param>
/// <param name="BlocksInUse">Taken in the regions that this part of the edge reads from.</param>
/// <param name="Ended">End of stream has passed.</param>
public sealed record EdgeStatus(
    string Edge,
    EdgeSide Side,
    string Way,
    long Frames,
    long Bytes,
    long Gaps,
    long Duplicates,
    IReadOnlyDictionary<string, long> Drops,
    LatencyHistogram Latency,
    int BlocksInUse,
    int BlocksTotal,
    bool Ended)
{
    /// <summary>Nothing has moved for 2 s though something could: which consumer, grant or peer it waits for. Empty otherwise.</summary>
    public string WaitsFor { get; init; } = "";
}
