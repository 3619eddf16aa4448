using System.Text.Json;
using K8sMediaFlow.Crds.Schema;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>A media operator: a container and its ports.</summary>
[CelRule("(has(self.inputs) && size(self.inputs) > 0) || (has(self.outputs) && size(self.outputs) > 0)",
    "an operator has inputs or outputs")]
[CelRule("!has(self.maxReplicas) || !has(self.replicas) || self.replicas <= self.maxReplicas", "maxReplicas is at least replicas")]
[CelRule("!has(self.service) || (has(self.ports) && size(self.ports) > 0)", "a service needs ports that it leads to")]
public sealed record OperatorSpec
{
    /// <summary>Unique among the pipeline's media operators; part of the names of its pods.</summary>
    [MaxChars(63)]
    public required string Name { get; init; }

    /// <summary>The image of the container.</summary>
    [MaxChars(1024)]
    public required string Image { get; init; }

    /// <summary>When the node pulls the image. Kubernetes' own default where unset: Always for the tag latest, else IfNotPresent.</summary>
    public ImagePullPolicy? ImagePullPolicy { get; set; }

    /// <summary>The program and its first arguments; the image's entry point where empty.</summary>
    [MaxItems(256)]
    public IReadOnlyList<string> Command { get; set; } = [];

    /// <summary>Arguments of the program.</summary>
    [MaxItems(1024)]
    public IReadOnlyList<string> Args { get; set; } = [];

    /// <summary>Environment variables of the container.</summary>
    [ListKeys("name"), MaxItems(256)]
    public IReadOnlyList<EnvironmentSpec> Env { get; set; } = [];

    /// <summary>ConfigMaps and Secrets whose entries become environment variables.</summary>
    [MaxItems(256)]
    public IReadOnlyList<EnvironmentSourceSpec> EnvFrom { get; set; } = [];

    /// <summary>
    /// Network ports on which the program listens: an SRT or RTMP ingest, for example. Nothing else reaches the container from outside.
    /// </summary>
    [ListKeys("name"), MaxItems(256)]
    public IReadOnlyList<PortSpec> Ports { get; set; } = [];

    /// <summary>A Service in front of the ports, named after pipeline and media operator.</summary>
    public ServiceSpec? Service { get; set; }

    /// <summary>CPU, memory and devices of the container. The memory of frames is the sidecar's: leave it out here.</summary>
    public ResourceSpec? Resources { get; set; }

    /// <summary>Resource claims of the pod (dynamic resource allocation), which resources.claims of the container name.</summary>
    [ListKeys("name"), MaxItems(256)]
    public IReadOnlyList<ResourceClaimSpec> ResourceClaims { get; set; } = [];

    /// <summary>Where volumes of the pipeline appear in the container.</summary>
    [ListKeys("mountPath"), MaxItems(256)]
    public IReadOnlyList<VolumeMountSpec> VolumeMounts { get; set; } = [];

    /// <summary>What the container may do. What is left out is as the restricted profile has it.</summary>
    public SecurityContext? SecurityContext { get; set; }

    /// <summary>Tells when the program has started; until then the other probes wait.</summary>
    public Probe? StartupProbe { get; set; }

    /// <summary>Tells whether the program still lives; the container is restarted where it does not.</summary>
    public Probe? LivenessProbe { get; set; }

    /// <summary>Tells whether the program is ready for its Service.</summary>
    public Probe? ReadinessProbe { get; set; }

    /// <summary>Labels that a node must have.</summary>
    public IReadOnlyDictionary<string, string>? NodeSelector { get; set; }

    /// <summary>Taints of nodes that the pods put up with.</summary>
    [MaxItems(256)]
    public IReadOnlyList<TolerationSpec> Tolerations { get; set; } = [];

    /// <summary>Which nodes and neighbours the pods want or avoid, as in a pod.</summary>
    public JsonElement? Affinity { get; set; }

    /// <summary>How the pods spread over zones and nodes.</summary>
    [ListKeys("topologyKey", "whenUnsatisfiable"), MaxItems(64)]
    public IReadOnlyList<TopologySpreadSpec> TopologySpreadConstraints { get; set; } = [];

    /// <summary>User, groups and profiles of the pod. What is left out is as the restricted profile has it.</summary>
    public PodSecurityContext? PodSecurityContext { get; set; }

    /// <summary>Secrets of the namespace with which the node pulls images.</summary>
    [ListKeys("name"), MaxItems(64)]
    public IReadOnlyList<LocalReference> ImagePullSecrets { get; set; } = [];

    /// <summary>The service account of the pods. Its token is not mounted.</summary>
    public string? ServiceAccountName { get; set; }

    /// <summary>The priority class of the pods.</summary>
    public string? PriorityClassName { get; set; }

    /// <summary>The runtime class of the pods.</summary>
    public string? RuntimeClassName { get; set; }

    /// <summary>The scheduler that places the pods.</summary>
    public string? SchedulerName { get; set; }

    /// <summary>How long the pod's processes may take to end; sidecars drain in this time.</summary>
    [Bounds(0, 86400)]
    public long? TerminationGracePeriodSeconds { get; set; }

    /// <summary>Labels and annotations of the pods.</summary>
    public PodMetadataSpec? PodMetadata { get; set; }

    /// <summary>
    /// How many run side by side. Where set, it wins over a scale that somebody asks for; where unset, one until somebody scales.
    /// </summary>
    [Bounds(1, 64)]
    public int? Replicas { get; set; }

    /// <summary>
    /// The most replicas that memory downstream is sized for; scaling past it is refused. As many as replicas where unset.
    /// </summary>
    [Bounds(1, 64)]
    public int? MaxReplicas { get; set; }

    /// <summary>Input ports. Each takes exactly one edge.</summary>
    [ListKeys("name"), MaxItems(64)]
    public IReadOnlyList<InputSpec> Inputs { get; set; } = [];

    /// <summary>Output ports. Any number of edges begins at each.</summary>
    [ListKeys("name"), MaxItems(64)]
    public IReadOnlyList<OutputSpec> Outputs { get; set; } = [];
}

/// <summary>An input port.</summary>
public sealed record InputSpec
{
    /// <summary>Unique among the inputs of the media operator.</summary>
    [MaxChars(63)]
    public required string Name { get; init; }

    /// <summary>What must arrive, where the media operator can take nothing else.</summary>
    public MediaCaps? Caps { get; set; }

    /// <summary>
    /// How many frames the media operator may hold at once; the planner's choice by frame size where unset. Memory is planned for so many.
    /// One that holds more uses up its own part of what its producers may have under way, and gets nothing more; other replicas go on.
    /// </summary>
    [Bounds(1, 256)]
    public int? MaxBorrowed { get; set; }
}

/// <summary>
/// An output port. A source must declare its caps; for others they follow from the input of the same name, or the only one.
/// </summary>
public sealed record OutputSpec
{
    /// <summary>Unique among the outputs of the media operator.</summary>
    [MaxChars(63)]
    public required string Name { get; init; }

    /// <summary>What the frames carry: a promise. A source whose medium differs fails, naming both.</summary>
    public MediaCaps? Caps { get; set; }
}
