using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>The declared pipeline.</summary>
public sealed record PipelineSpec
{
    /// <summary>Streaming runs until it is deleted; Batch ends with its sources.</summary>
    public Execution Execution { get; set; } = Execution.Streaming;

    /// <summary>How frames travel between pods.</summary>
    public Transport Transport { get; set; } = Transport.Auto;

    /// <summary>Whether links protect the payload as well.</summary>
    public Encryption Encryption { get; set; } = Encryption.None;

    public PollingSpec? Polling { get; set; }
    public RdmaSpec? Rdma { get; set; }
    public required IReadOnlyList<OperatorSpec> Operators { get; init; }
    public IReadOnlyList<EdgeSpec> Edges { get; set; } = [];
    public IReadOnlyList<GroupSpec> Groups { get; set; } = [];
    public IReadOnlyList<VolumeSpec> Volumes { get; set; } = [];
}

/// <summary>How sidecars and media operators wait.</summary>
public sealed record PollingSpec
{
    public PollingMode Mode { get; set; } = PollingMode.Hybrid;

    /// <summary>How long to look before going to sleep.</summary>
    public int SpinMicroseconds { get; set; } = Polling.SpinMicrosecondsDefault;
}

/// <summary>The extended resource that stands for an RNIC on a node.</summary>
public sealed record RdmaSpec
{
    public required string ResourceName { get; init; }
}

/// <summary>Media operators that are placed together.</summary>
public sealed record GroupSpec
{
    public required string Name { get; init; }
    public required GroupMode Mode { get; init; }
    public required IReadOnlyList<string> Operators { get; init; }
}
