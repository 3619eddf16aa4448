using System.Text.Json.Serialization;
using K8sMediaFlow.Crds.Schema;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>When a node pulls an image.</summary>
public enum ImagePullPolicy { Always, IfNotPresent, Never }

/// <summary>An environment variable of the container: a value, or where to take it from.</summary>
[CelRule("!has(self.valueFrom) || !has(self.value) || size(self.value) == 0", "a variable has value or valueFrom, not both")]
public sealed record EnvironmentSpec
{
    /// <summary>Name of the variable.</summary>
    [MaxChars(256)]
    public required string Name { get; init; }

    /// <summary>Its value; $(NAME) stands for another variable.</summary>
    [MaxChars(32768)]
    public string Value { get; set; } = "";

    /// <summary>Where the value comes from instead.</summary>
    public EnvironmentValueSpec? ValueFrom { get; set; }
}

/// <summary>Where the value of an environment variable comes from: exactly one of the fields is set.</summary>
[CelRule("[has(self.fieldRef), has(self.resourceFieldRef), has(self.configMapKeyRef), has(self.secretKeyRef)].filter(one, one).size() == 1",
    "exactly one source")]
public sealed record EnvironmentValueSpec
{
    /// <summary>A field of the pod.</summary>
    public FieldReferenceSpec? FieldRef { get; set; }

    /// <summary>A resource of a container.</summary>
    public ResourceFieldSpec? ResourceFieldRef { get; set; }

    /// <summary>An entry of a ConfigMap of the namespace.</summary>
    public KeyReferenceSpec? ConfigMapKeyRef { get; set; }

    /// <summary>An entry of a Secret of the namespace.</summary>
    public KeyReferenceSpec? SecretKeyRef { get; set; }
}

/// <summary>A field of the pod, such as metadata.name or status.podIP.</summary>
public sealed record FieldReferenceSpec
{
    /// <summary>Path of the field.</summary>
    public required string FieldPath { get; init; }
}

/// <summary>A limit or request of a container, such as limits.memory.</summary>
public sealed record ResourceFieldSpec
{
    /// <summary>For example limits.memory.</summary>
    public required string Resource { get; init; }

    /// <summary>The container; the media operator's own where unset.</summary>
    public string? ContainerName { get; set; }

    /// <summary>What one unit of the value is.</summary>
    public ResourceAmount? Divisor { get; set; }
}

/// <summary>An entry of a ConfigMap or Secret.</summary>
public sealed record KeyReferenceSpec
{
    /// <summary>Name of the ConfigMap or Secret.</summary>
    public required string Name { get; init; }

    /// <summary>Key of the entry.</summary>
    public required string Key { get; init; }

    /// <summary>Whether the pod starts without it.</summary>
    public bool? Optional { get; set; }
}

/// <summary>A ConfigMap or Secret all of whose entries become environment variables: exactly one of the two is set.</summary>
[CelRule("has(self.configMapRef) != has(self.secretRef)", "exactly one of configMapRef and secretRef")]
public sealed record EnvironmentSourceSpec
{
    /// <summary>Stands before every name.</summary>
    public string? Prefix { get; set; }

    /// <summary>The ConfigMap.</summary>
    public OptionalReferenceSpec? ConfigMapRef { get; set; }

    /// <summary>The Secret.</summary>
    public OptionalReferenceSpec? SecretRef { get; set; }
}

/// <summary>A ConfigMap or Secret of the namespace that may be missing.</summary>
public sealed record OptionalReferenceSpec
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the pod starts without it.</summary>
    public bool? Optional { get; set; }
}

/// <summary>Where a volume appears in the container.</summary>
public sealed record VolumeMountSpec
{
    /// <summary>A volume of spec.volumes.</summary>
    [MaxChars(63)]
    public required string Name { get; init; }

    /// <summary>Absolute path in the container.</summary>
    [MaxChars(4096)]
    public required string MountPath { get; init; }

    /// <summary>Path below the volume that is mounted instead of its root.</summary>
    public string SubPath { get; set; } = "";

    /// <summary>Whether the container may only read.</summary>
    public bool ReadOnly { get; set; }
}

/// <summary>What a container asks for and may use at most.</summary>
public sealed record ResourceSpec
{
    /// <summary>The most that it may use: {cpu: 2, memory: 1Gi}.</summary>
    public IReadOnlyDictionary<string, ResourceAmount>? Limits { get; set; }

    /// <summary>What the node must have free; as much as the limits where unset.</summary>
    public IReadOnlyDictionary<string, ResourceAmount>? Requests { get; set; }

    /// <summary>Names of resourceClaims that the container uses.</summary>
    [ListKeys("name"), MaxItems(256)]
    public IReadOnlyList<ResourceClaimReference> Claims { get; set; } = [];

    /// <summary>As a container has it.</summary>
    public ResourceRequirements ToRequirements() => new()
    {
        Limits = Texts(Limits),
        Requests = Texts(Requests),
        Claims = Claims.Count > 0 ? Claims : null,
    };

    private static Dictionary<string, string>? Texts(IReadOnlyDictionary<string, ResourceAmount>? amounts) =>
        amounts?.ToDictionary(one => one.Key, one => one.Value.Text);
}

/// <summary>A resource claim of the pod: the name of a claim or of a template to make one from.</summary>
[CelRule("has(self.resourceClaimName) != has(self.resourceClaimTemplateName)",
    "exactly one of resourceClaimName and resourceClaimTemplateName")]
public sealed record ResourceClaimSpec
{
    /// <summary>What resources.claims call it.</summary>
    [MaxChars(63)]
    public required string Name { get; init; }

    /// <summary>A ResourceClaim of the namespace, shared by all pods that name it.</summary>
    [MaxChars(253)]
    public string? ResourceClaimName { get; set; }

    /// <summary>A ResourceClaimTemplate of the namespace, from which each pod gets a claim of its own.</summary>
    [MaxChars(253)]
    public string? ResourceClaimTemplateName { get; set; }
}

/// <summary>A transport protocol.</summary>
public enum PortProtocol
{
    [JsonStringEnumMemberName("TCP")] Tcp,
    [JsonStringEnumMemberName("UDP")] Udp,
}

/// <summary>A port on which the program listens: a port of the container, open in the NetworkPolicy, and part of the Service.</summary>
public sealed record PortSpec
{
    /// <summary>Unique among the ports of the media operator; at most 15 characters.</summary>
    [MaxChars(15)]
    public required string Name { get; init; }

    /// <summary>Number of the port. 7400 to 7403 are the sidecar's.</summary>
    [Bounds(1, 65535)]
    public required int ContainerPort { get; init; }

    /// <summary>SRT runs over UDP, RTMP over TCP.</summary>
    public PortProtocol Protocol { get; set; } = PortProtocol.Tcp;
}

/// <summary>Where a Service is reachable.</summary>
public enum ServiceType { ClusterIP, NodePort, LoadBalancer }

/// <summary>The Service in front of a media operator's ports.</summary>
public sealed record ServiceSpec
{
    /// <summary>ClusterIP inside the cluster, NodePort at every node, LoadBalancer at an address of its own.</summary>
    public ServiceType Type { get; set; } = ServiceType.ClusterIP;

    /// <summary>Annotations of the Service, for load balancers and DNS.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; set; }
}
