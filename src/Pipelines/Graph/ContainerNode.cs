namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>
/// What rules must know of a media operator's container and pod. Where Kubernetes passes something on, only as much of it as two
/// containers of one pod can disagree about.
/// </summary>
public sealed record ContainerNode
{
    public static ContainerNode Plain { get; } = new();

    public IReadOnlyList<ContainerPort> Ports { get; init; } = [];
    public bool HasService { get; init; }

    /// <summary>The sources of each entry of envFrom, by name: there should be one.</summary>
    public IReadOnlyList<IReadOnlyList<string>> EnvironmentSources { get; init; } = [];

    /// <summary>Resource claims of the pod.</summary>
    public IReadOnlyList<ResourceClaim> Claims { get; init; } = [];

    /// <summary>Claims that the container uses.</summary>
    public IReadOnlyList<string> ClaimNames { get; init; } = [];

    /// <summary>Resources that have both a request and a limit.</summary>
    public IReadOnlyList<RequestedAmount> Amounts { get; init; } = [];

    public long? TerminationGracePeriodSeconds { get; init; }

    /// <summary>Keys of labels and annotations that the user gives the pods, each with its place below the operator.</summary>
    public IReadOnlyList<MetadataKey> MetadataKeys { get; init; } = [];

    /// <summary>Fields of the pod, not of the container, by name, each as canonical text: members of a group share one pod.</summary>
    public IReadOnlyDictionary<string, string> PodSettings { get; init; } = new Dictionary<string, string>();
}

/// <summary>A port on which the media operator listens. The protocol is TCP or UDP.</summary>
public sealed record ContainerPort(string Name, int Number, string Protocol);

/// <summary>A claim and where it comes from, by the names of the fields that are set: there should be one.</summary>
public sealed record ResourceClaim(string Name, IReadOnlyList<string> Sources);

/// <summary>A resource of which a container asks for some and may use some.</summary>
public sealed record RequestedAmount(string Resource, Amount Request, Amount Limit);

/// <summary>An amount as it was written, and its value.</summary>
public readonly record struct Amount(string Text, double Value);

/// <summary>The key of a label or annotation, and the field that it stands in.</summary>
public sealed record MetadataKey(string Field, string Key);
