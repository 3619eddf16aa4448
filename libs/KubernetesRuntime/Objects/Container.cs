using System.Text.Json;
using System.Text.Json.Serialization;

namespace K8sMediaFlow.KubernetesRuntime.Objects;

/// <summary>A container of a pod; with restart policy Always among the init containers, a native sidecar.</summary>
public sealed record Container
{
    public required string Name { get; init; }
    public string? Image { get; init; }
    public string? ImagePullPolicy { get; init; }
    public IReadOnlyList<string>? Command { get; init; }
    public IReadOnlyList<string>? Args { get; init; }
    public string? WorkingDir { get; init; }
    public IReadOnlyList<EnvVar>? Env { get; init; }
    public JsonElement? EnvFrom { get; init; }
    public IReadOnlyList<ContainerPort>? Ports { get; init; }
    public ResourceRequirements? Resources { get; init; }
    public IReadOnlyList<VolumeMount>? VolumeMounts { get; init; }
    public Probe? StartupProbe { get; init; }
    public Probe? LivenessProbe { get; init; }
    public Probe? ReadinessProbe { get; init; }
    public JsonElement? Lifecycle { get; init; }
    public SecurityContext? SecurityContext { get; init; }
    public string? RestartPolicy { get; init; }
    public string? TerminationMessagePath { get; init; }
    public string? TerminationMessagePolicy { get; init; }
}

public sealed record EnvVar
{
    public required string Name { get; init; }
    public string? Value { get; init; }
    public JsonElement? ValueFrom { get; init; }
}

public sealed record ContainerPort
{
    public string? Name { get; init; }

    [JsonPropertyName("containerPort")]
    public required int Port { get; init; }

    public string? Protocol { get; init; }
}

/// <summary>Quantities as texts ("500m", "1Gi"): the server may hand back another spelling of the same amount.</summary>
public sealed record ResourceRequirements
{
    public IReadOnlyDictionary<string, string>? Limits { get; init; }
    public IReadOnlyDictionary<string, string>? Requests { get; init; }
    public IReadOnlyList<ResourceClaimReference>? Claims { get; init; }
}

public sealed record ResourceClaimReference(string Name, string? Request = null);

public sealed record VolumeMount
{
    public required string Name { get; init; }
    public required string MountPath { get; init; }
    public string? SubPath { get; init; }
    public bool? ReadOnly { get; init; }
    public string? MountPropagation { get; init; }
}

public sealed record Probe
{
    public ExecAction? Exec { get; init; }
    public HttpGetAction? HttpGet { get; init; }
    public TcpSocketAction? TcpSocket { get; init; }
    public GrpcAction? Grpc { get; init; }
    public int? InitialDelaySeconds { get; init; }
    public int? PeriodSeconds { get; init; }
    public int? TimeoutSeconds { get; init; }
    public int? SuccessThreshold { get; init; }
    public int? FailureThreshold { get; init; }
    public long? TerminationGracePeriodSeconds { get; init; }
}

public sealed record ExecAction(IReadOnlyList<string> Command);

public sealed record HttpGetAction(string Path, IntOrString Port, string? Scheme = null, string? Host = null);

public sealed record TcpSocketAction(IntOrString Port, string? Host = null);

public sealed record GrpcAction(int Port, string? Service = null);

public sealed record SecurityContext
{
    public bool? RunAsNonRoot { get; init; }
    public long? RunAsUser { get; init; }
    public long? RunAsGroup { get; init; }
    public bool? AllowPrivilegeEscalation { get; init; }
    public bool? Privileged { get; init; }
    public bool? ReadOnlyRootFilesystem { get; init; }
    public Capabilities? Capabilities { get; init; }
    public SeccompProfile? SeccompProfile { get; init; }
    public JsonElement? SeLinuxOptions { get; init; }
    public string? ProcMount { get; init; }
}

public sealed record Capabilities(IReadOnlyList<string>? Drop = null, IReadOnlyList<string>? Add = null);
