using System.Text.Json.Serialization;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>
/// The document that tells one sidecar its media operators, edges and links. Written by the planner, read with <see cref="PlanJson"/>.
/// </summary>
public sealed record SidecarPlan(
    PlanVersion Version,
    string Namespace,
    string Pipeline,
    string Pod,
    Execution Execution,
    PollingPlan Polling,
    IReadOnlyList<MediaOperatorPlan> Operators,
    IReadOnlyList<EdgePlan> Edges,
    IReadOnlyList<LinkPlan> Outbound,
    IReadOnlyList<LinkPlan> Inbound)
{
    /// <summary>
    /// The pages of all regions. Not written where they are ordinary ones, so that a sidecar of the version before it reads the plan.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public HugePages HugePages { get; init; }

    /// <summary>What links may travel over. Auto is not written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Transport Transport { get; init; }

    /// <summary>
    /// Whether links encrypt what they carry; then transport is TCP. None is not written: a sidecar that knows nothing of it refuses the
    /// plan, where it would otherwise send payloads that everybody can read.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Encryption Encryption { get; init; }

    /// <summary>This pod's own address on the RDMA network, numeric; null takes the device's best one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RdmaAddress { get; init; }

    /// <summary>Queue pairs of each link over RDMA; null for one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? QueuePairs { get; init; }

    /// <summary>Traffic class of packets over RDMA; null for 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TrafficClass { get; init; }

    /// <summary>Silence after which a link is lost; null for the default.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? LinkSilenceMilliseconds { get; init; }

    /// <summary>The same of a peer whose machine answers; null for the default.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? LinkHungMilliseconds { get; init; }
}

/// <summary>How everybody in the pod waits.</summary>
public sealed record PollingPlan(PollingMode Mode, int SpinMicroseconds);
