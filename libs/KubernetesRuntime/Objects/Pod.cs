using System.Text.Json;
using System.Text.Json.Serialization;

namespace K8sMediaFlow.KubernetesRuntime.Objects;

/// <summary>
/// A pod, with the fields that a media operator may set or the controller reads. What is only passed on is JSON as the user wrote it.
/// </summary>
public sealed record Pod : IKubernetesObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public PodSpec? Spec { get; init; }
    public PodStatus? Status { get; init; }
}

public sealed record PodSpec
{
    public IReadOnlyList<Container>? InitContainers { get; init; }
    public IReadOnlyList<Container>? Containers { get; init; }
    public IReadOnlyList<Volume>? Volumes { get; init; }
    public string? NodeName { get; init; }
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }
    public JsonElement? Affinity { get; init; }
    public JsonElement? Tolerations { get; init; }
    public JsonElement? TopologySpreadConstraints { get; init; }
    public string? ServiceAccountName { get; init; }
    public bool? AutomountServiceAccountToken { get; init; }
    public bool? EnableServiceLinks { get; init; }
    public string? RestartPolicy { get; init; }
    public long? TerminationGracePeriodSeconds { get; init; }
    public long? ActiveDeadlineSeconds { get; init; }
    public string? PriorityClassName { get; init; }
    public string? PreemptionPolicy { get; init; }
    public string? RuntimeClassName { get; init; }
    public string? SchedulerName { get; init; }
    public PodSecurityContext? SecurityContext { get; init; }
    public IReadOnlyList<LocalReference>? ImagePullSecrets { get; init; }
    public JsonElement? ResourceClaims { get; init; }
    public string? Hostname { get; init; }
    public string? Subdomain { get; init; }
    public string? DnsPolicy { get; init; }
    public JsonElement? DnsConfig { get; init; }
    public bool? ShareProcessNamespace { get; init; }
    public bool? HostUsers { get; init; }
}

public sealed record PodSecurityContext
{
    public bool? RunAsNonRoot { get; init; }
    public long? RunAsUser { get; init; }
    public long? RunAsGroup { get; init; }
    public long? FsGroup { get; init; }
    public string? FsGroupChangePolicy { get; init; }
    public IReadOnlyList<long>? SupplementalGroups { get; init; }
    public SeccompProfile? SeccompProfile { get; init; }
    public JsonElement? SeLinuxOptions { get; init; }
    public JsonElement? Sysctls { get; init; }
}

public sealed record SeccompProfile(string Type, string? LocalhostProfile = null);

public sealed record LocalReference(string Name);

public sealed record PodStatus
{
    public string? Phase { get; init; }
    public IReadOnlyList<PodCondition>? Conditions { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }

    [JsonPropertyName("podIP")]
    public string? PodIP { get; init; }

    [JsonPropertyName("podIPs")]
    public IReadOnlyList<PodAddress>? PodIPs { get; init; }

    [JsonPropertyName("hostIP")]
    public string? HostIP { get; init; }

    [JsonConverter(typeof(SecondTime))]
    public DateTimeOffset? StartTime { get; init; }

    public string? QosClass { get; init; }
    public IReadOnlyList<ContainerStatus>? InitContainerStatuses { get; init; }
    public IReadOnlyList<ContainerStatus>? ContainerStatuses { get; init; }
}

public sealed record PodAddress(string Ip);

/// <summary>A pod's condition: older than metav1.Condition and without a generation.</summary>
public sealed record PodCondition
{
    public required string Type { get; init; }
    public required string Status { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }

    [JsonConverter(typeof(SecondTime))]
    public DateTimeOffset? LastTransitionTime { get; init; }
}
