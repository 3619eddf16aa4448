using K8sMediaFlow.Pipelines.Validation;

namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>
/// A pipeline as its user declared it: media operators, the edges between their ports, and what holds for all of them. Lists keep
/// the order of the document, so that a violation can name the place. It may be wrong in any way until <see cref="GraphRules"/> has seen
/// it.
/// </summary>
public sealed record PipelineGraph
{
    public string Namespace { get; init; } = "default";
    public required string Name { get; init; }
    public Execution Execution { get; init; } = Execution.Streaming;
    public Transport Transport { get; init; } = Transport.Auto;
    public Encryption Encryption { get; init; } = Encryption.None;
    public Polling Polling { get; init; } = new(PollingMode.Hybrid, Polling.SpinMicrosecondsDefault);

    /// <summary>The RDMA device of the sidecars, where the user names one.</summary>
    public RdmaNode? Rdma { get; init; }

    /// <summary>Shared memory and sidecar beyond the defaults.</summary>
    public StagingNode Staging { get; init; } = StagingNode.Plain;

    /// <summary>Resources of the sidecar that have both a request and a limit.</summary>
    public IReadOnlyList<RequestedAmount> SidecarAmounts { get; init; } = [];

    public IReadOnlyList<MediaOperatorNode> Operators { get; init; } = [];
    public IReadOnlyList<GraphEdge> Edges { get; init; } = [];
    public IReadOnlyList<MediaOperatorGroup> Groups { get; init; } = [];
    public IReadOnlyList<GraphVolume> Volumes { get; init; } = [];

    /// <summary>What links may travel over: RDMA is not encrypted, so encryption leaves TCP alone.</summary>
    public Transport LinkTransport => Encryption == Encryption.Tls ? Transport.Tcp : Transport;

    /// <summary>The graph scaled as far as it may be: memory and plans must do for that.</summary>
    internal PipelineGraph Largest() =>
        this with
        {
            Operators = [.. Operators.Select(node => node with { Replicas = Math.Max(node.ReplicaCount, node.MaxReplicas ?? 1) })],
        };
}

/// <summary>How everybody waits, and for how long they spin before they sleep.</summary>
public sealed record Polling(PollingMode Mode, int SpinMicroseconds)
{
    public const int SpinMicrosecondsDefault = 20;
}

/// <summary>Media operators that are placed together.</summary>
public sealed record MediaOperatorGroup(string Name, GroupMode Mode, IReadOnlyList<string> Operators);

/// <summary>A volume of the pods and the kind of its source as Kubernetes names it: emptyDir, persistentVolumeClaim …</summary>
public sealed record GraphVolume(string Name, string Kind);
