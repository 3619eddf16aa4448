using System.Text.Json;
using K8sMediaFlow.Crds.Schema;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>What a pipeline is doing. Conditions are written at once, live figures rounded and every 15 seconds at most.</summary>
public sealed record PipelineStatus
{
    /// <summary>The generation of the spec that this is about.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>The state in one word; conditions say why.</summary>
    public PipelinePhase? Phase { get; set; }

    /// <summary>Answers to questions about the pipeline, each with a stable reason.</summary>
    [ListKeys("type"), MaxItems(32)]
    public IReadOnlyList<Condition> Conditions { get; set; } = [];

    /// <summary>Media operators all of whose replicas are attached, of all: 4/4.</summary>
    public string? ReadyOperators { get; set; }

    /// <summary>Pods that are ready, of all: 2/2.</summary>
    public string? ReadyPods { get; set; }

    /// <summary>What frames between pods travel over.</summary>
    public string? Transport { get; set; }

    /// <summary>Frames that reach the sinks in one second, with one decimal.</summary>
    public string? FramesPerSecond { get; set; }

    /// <summary>Frames that were dropped since the pods started, over all edges; metrics have the causes.</summary>
    public long? DroppedFrames { get; set; }

    /// <summary>The sidecar image that the pipeline keeps until its update policy moves it.</summary>
    public string? SidecarImage { get; set; }

    /// <summary>When the first pod was made.</summary>
    public string? StartTime { get; set; }

    /// <summary>When a batch ended.</summary>
    public string? CompletionTime { get; set; }

    /// <summary>Each media operator.</summary>
    [ListKeys("name")]
    public IReadOnlyList<MediaOperatorSummary> Operators { get; set; } = [];

    /// <summary>Each edge.</summary>
    [ListKeys("name")]
    public IReadOnlyList<EdgeSummary> Edges { get; set; } = [];

    /// <summary>Each pod by its stable name, recorded before it is made.</summary>
    [ListKeys("name")]
    public IReadOnlyList<PodSummary> Pods { get; set; } = [];

    /// <summary>
    /// Reads what this or another version of the controller wrote: unknown fields and values are left out. Null for what is no status at
    /// all.
    /// </summary>
    public static PipelineStatus? Read(JsonElement? status)
    {
        try
        {
            return status?.Deserialize(StatusJsonContext.Default.PipelineStatus);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The document for the status subresource.</summary>
    public JsonElement ToElement() => JsonSerializer.SerializeToElement(this, StatusJsonContext.Default.PipelineStatus);
}

/// <summary>The states of a pipeline.</summary>
public enum PipelinePhase { Pending, Running, Degraded, Succeeded, Failed }

/// <summary>One media operator of a pipeline.</summary>
public sealed record MediaOperatorSummary
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Replicas that should run.</summary>
    public int Replicas { get; set; }

    /// <summary>Replicas that are attached to their sidecars.</summary>
    public int ReadyReplicas { get; set; }

    /// <summary>Replicas that have completed.</summary>
    public int CompletedReplicas { get; set; }

    /// <summary>Why a replica failed, in its own words.</summary>
    public string? Message { get; set; }
}

/// <summary>One edge of a pipeline.</summary>
public sealed record EdgeSummary
{
    /// <summary>Its ends: decode.video->analyse.video.</summary>
    public required string Name { get; init; }

    /// <summary>Local, TCP or RDMA.</summary>
    public string? Transport { get; set; }

    /// <summary>Why this way was taken.</summary>
    public string? Reason { get; set; }

    /// <summary>
    /// What it waits for, where frames stand: a consumer and how much it holds, a grant, a pod and why its link is not there.
    /// </summary>
    public string? WaitsFor { get; set; }

    /// <summary>Frames in one second, with one decimal.</summary>
    public string? FramesPerSecond { get; set; }

    /// <summary>Frames dropped.</summary>
    public long? DroppedFrames { get; set; }
}

/// <summary>One pod of a pipeline.</summary>
public sealed record PodSummary
{
    /// <summary>The stable name, which plans and links use: pipeline, media operator or group, ordinal.</summary>
    public required string Name { get; init; }

    /// <summary>Its life: the Kubernetes pod is named after both.</summary>
    public string? Incarnation { get; set; }

    /// <summary>The node it runs on.</summary>
    public string? Node { get; set; }

    /// <summary>Whether its sidecar is attached to all its media operators.</summary>
    public bool Ready { get; set; }

    /// <summary>What keeps it from being ready.</summary>
    public string? Message { get; set; }
}
