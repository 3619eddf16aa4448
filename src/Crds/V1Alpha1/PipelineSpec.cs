using K8sMediaFlow.Crds.Schema;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>The declared pipeline.</summary>
[CelRule("self.spec.operators.all(one, size(self.metadata.name) + 1 + size(one.name) <= 50)",
    "the names of pipeline and operator have 50 characters at most, with the dash between them",
    AtRoot = true)]
[CelRule("!has(self.transport) || self.transport != 'RDMA' || has(self.rdma)", "transport RDMA needs rdma")]
[CelRule("!has(self.encryption) || self.encryption != 'TLS' || !has(self.transport) || self.transport != 'RDMA'",
    "encryption TLS cannot be had with transport RDMA")]
public sealed record PipelineSpec
{
    /// <summary>Seconds after which a pod counts as lost with its node.</summary>
    public const int NodeLossSecondsDefault = 30;

    /// <summary>
    /// The installation of the controller that runs the pipeline, where a cluster has several: its name in the chart's values. The one
    /// without a name where unset.
    /// </summary>
    [MaxChars(63)]
    public string? Installation { get; set; }

    /// <summary>Streaming runs until it is deleted; Batch ends with its sources.</summary>
    public Execution Execution { get; set; } = Execution.Streaming;

    /// <summary>How frames travel between pods.</summary>
    public Transport Transport { get; set; } = Transport.Auto;

    /// <summary>
    /// Whether links protect the payload as well. Their control connections always use mutual TLS. With TLS every link uses TCP, also with
    /// transport Auto and a device.
    /// </summary>
    public Encryption Encryption { get; set; } = Encryption.None;

    /// <summary>The shared memory of the pods and how everybody waits for frames in it.</summary>
    public StagingSpec? Staging { get; set; }

    /// <summary>The RDMA device of the sidecars.</summary>
    public RdmaSpec? Rdma { get; set; }

    /// <summary>The container that every pod of the pipeline carries beside its media operators.</summary>
    public SidecarSpec? Sidecar { get; set; }

    /// <summary>How long a node may be silent before its pods are replaced. The old ones are fenced, not waited for.</summary>
    [Bounds(5, 3600)]
    public int NodeLossSeconds { get; set; } = NodeLossSecondsDefault;

    /// <summary>
    /// Silence after which a link between two pods is lost, if the peer's machine does not answer either. The links are opened again at
    /// once.
    /// </summary>
    [Bounds(200, 60000)]
    public int LinkSilenceMilliseconds { get; set; } = StagingNode.LinkSilenceMillisecondsDefault;

    /// <summary>The same while the peer's machine answers: its sidecar hangs, or is throttled. Counts as the longer of both.</summary>
    [Bounds(1000, 600000)]
    public int LinkHungMilliseconds { get; set; } = StagingNode.LinkHungMillisecondsDefault;

    /// <summary>The vertices of the graph.</summary>
    [ListKeys("name"), MaxItems(256)]
    public required IReadOnlyList<OperatorSpec> Operators { get; init; }

    /// <summary>The edges of the graph, unique by their two ends.</summary>
    [ListKeys("from", "to"), MaxItems(1024)]
    public IReadOnlyList<EdgeSpec> Edges { get; set; } = [];

    /// <summary>Media operators that are placed together.</summary>
    [ListKeys("name"), MaxItems(256)]
    public IReadOnlyList<GroupSpec> Groups { get; set; } = [];

    /// <summary>Volumes that media operators may mount.</summary>
    [ListKeys("name"), MaxItems(256)]
    public IReadOnlyList<VolumeSpec> Volumes { get; set; } = [];
}

/// <summary>Media operators that are placed together.</summary>
public sealed record GroupSpec
{
    /// <summary>Unique among the groups; part of the names of its pods.</summary>
    [MaxChars(63)]
    public required string Name { get; init; }

    /// <summary>
    /// SamePod shares memory: every replica of every member is a container of one pod. SameNode only places pods on one machine.
    /// </summary>
    public required GroupMode Mode { get; init; }

    /// <summary>Names of the members. Each is in one group per mode at most.</summary>
    [MaxItems(256)]
    public required IReadOnlyList<string> Operators { get; init; }
}
