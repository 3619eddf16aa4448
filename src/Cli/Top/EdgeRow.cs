using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Cli.Top;

/// <summary>One edge over all pods.</summary>
/// <param name="Way">Local, TCP, RDMA, or several where its replicas differ.</param>
/// <param name="Frames">Delivered to consumers.</param>
/// <param name="MeanFramesPerSecond">From the first frame to the last.</param>
/// <param name="Ended">Its end of stream has reached every consumer.</param>
internal sealed record EdgeRow(
    string Edge,
    string Way,
    long Frames,
    long Bytes,
    double FramesPerSecond,
    double BytesPerSecond,
    double MeanFramesPerSecond,
    long Gaps,
    long Duplicates,
    IReadOnlyDictionary<string, long> Drops,
    LatencyHistogram Latency,
    int BlocksInUse,
    int BlocksTotal,
    bool Ended)
{
    /// <summary>What it waits for, as the sidecars at its ends say; empty while it moves.</summary>
    public string WaitsFor { get; init; } = "";

    /// <summary>Everything that moved on the edge: a count that stands still is a stall.</summary>
    public long Progress => Frames + Gaps + Duplicates + Drops.Values.Sum();
}
