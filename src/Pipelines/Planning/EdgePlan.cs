using System.Text.Json.Serialization;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>How the frames of an edge travel.</summary>
public enum EdgeWay
{
    /// <summary>Inside a pod, by reference.</summary>
    Local,

    Tcp,

    Rdma,

    /// <summary>Between pods: each link takes RDMA where both of its ends can, TCP elsewhere, and says which and why.</summary>
    Auto,
}

/// <summary>
/// An edge that begins or ends in this pod, with every replica at both ends. <see cref="ChannelCapacity"/> is a power of two;
/// <see cref="FrameSizeBytes"/> is the payload of one frame; <see cref="WayReason"/> is a sentence for people.
/// </summary>
public sealed record EdgePlan(
    string Name,
    PortRef From,
    PortRef To,
    Distribution Distribution,
    FrameOrder Order,
    OnFull OnFull,
    Delivery Delivery,
    int ChannelCapacity,
    int MaxBorrowed,
    MediaCaps Caps,
    long FrameSizeBytes,
    IReadOnlyList<EndpointPlan> Producers,
    IReadOnlyList<EndpointPlan> Consumers,
    EdgeWay Way,
    string WayReason)
{
    /// <summary>
    /// Replica i sends to replica i only: as the distribution says, and written beside it, so that a sidecar that would deal the frames
    /// out refuses the plan. False is not written.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PairsReplicas { get; init; }

    /// <summary>
    /// The metadata field that frames are dealt out by, where the distribution is ByKey; null elsewhere, and then not written.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? KeyField { get; init; }

    /// <summary>Whether frames go from the one to the other.</summary>
    public bool Joins(EndpointPlan producer, EndpointPlan consumer) => !PairsReplicas || producer.Replica == consumer.Replica;

    /// <summary>
    /// What may be dropped, on an edge that delivers at most once; null on all others. Not written there, so that a sidecar of the version
    /// before it reads the plan, and refuses one that it would not do as it says.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EdgeQueuePlan? Queue { get; init; }
}

/// <summary>How much of an edge may wait, and how long.</summary>
/// <param name="QueueFrames">Frames that may wait for one consumer.</param>
/// <param name="WindowFrames">
/// Frames that may wait for all consumers or be with them, on links and behind them: part of the producer's quota.
/// </param>
/// <param name="LandedFrames">The same of what has landed behind a link: part of its region.</param>
/// <param name="DeadlineMilliseconds">Age since the source's send at which a frame is dropped; null: none.</param>
public sealed record EdgeQueuePlan(int QueueFrames, int WindowFrames, int LandedFrames, int? DeadlineMilliseconds = null);

/// <summary>One replica at an end of an edge, and the pod that it lives in.</summary>
public sealed record EndpointPlan(string Operator, int Replica, string Pod);
