namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>A media operator: the user's program, its ports, and how many replicas of it run.</summary>
public sealed record MediaOperatorNode
{
    public required string Name { get; init; }
    public string Image { get; init; } = "";
    public IReadOnlyList<string> Command { get; init; } = [];
    public IReadOnlyList<string> Args { get; init; } = [];
    public IReadOnlyList<EnvironmentVariable> Environment { get; init; } = [];
    public IReadOnlyList<VolumeMount> VolumeMounts { get; init; } = [];

    /// <summary>Null where the user leaves it open: one, until somebody scales.</summary>
    public int? Replicas { get; init; }

    /// <summary>The most replicas that memory is sized for; null for as many as run.</summary>
    public int? MaxReplicas { get; init; }

    /// <summary>What rules must know of container and pod.</summary>
    public ContainerNode Container { get; init; } = ContainerNode.Plain;

    public IReadOnlyList<InputPort> Inputs { get; init; } = [];
    public IReadOnlyList<OutputPort> Outputs { get; init; } = [];

    public int ReplicaCount => Replicas ?? 1;
}

/// <summary>An input port. Caps, where declared, must be what arrives. MaxBorrowed: frames that it may hold at once.</summary>
public sealed record InputPort(string Name, MediaCaps? Caps = null, int? MaxBorrowed = null);

/// <summary>An output port. Caps that are not declared follow from the input of the same name, or from the only input.</summary>
public sealed record OutputPort(string Name, MediaCaps? Caps = null);

/// <summary>Where a volume appears in the media operator's file system.</summary>
public sealed record VolumeMount(string Name, string MountPath, string SubPath = "", bool ReadOnly = false);

/// <summary>
/// An environment variable of the media operator's process. Sources: where its value comes from instead, by field name; null for a plain
/// value.
/// </summary>
public sealed record EnvironmentVariable(string Name, string Value, IReadOnlyList<string>? Sources = null);
