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

    /// <summary>Whether frames go from the one to the other.</summary>
    public bool Joins(EndpointPlan producer, EndpointPlan consumer) => !PairsReplicas || producer.Replica == consumer.Replica;
}

/// <summary>One replica at an end of an edge, and the pod that it lives in.</summary>
public sealed record EndpointPlan(string Operator, int Replica, string Pod);
