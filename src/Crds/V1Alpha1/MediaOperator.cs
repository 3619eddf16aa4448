using K8sMediaFlow.Crds.Schema;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>
/// One media operator of a pipeline, made from it by the controller: the target of kubectl scale and of autoscalers. Nobody makes one by
/// hand.
/// </summary>
[CustomKind("mediaoperators", "mo", HasScale = true)]
[PrinterColumn("Pipeline", "string", ".spec.pipeline", "The pipeline that it belongs to.")]
[PrinterColumn("Desired", "integer", ".spec.replicas", "Replicas that should run.")]
[PrinterColumn("Ready", "integer", ".status.readyReplicas", "Replicas that are attached to their sidecars.")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp", "Time since it was made.")]
[PrinterColumn("Image", "string", ".spec.image", "The image of its container.", Priority = 1)]
public sealed record MediaOperator : IKubernetesObject
{
    public const string ApiVersionValue = MediaPipeline.ApiVersionValue;
    public const string KindValue = "MediaOperator";

    /// <summary>Always k8smediaflow.io/v1alpha1.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Always MediaOperator.</summary>
    public required string Kind { get; init; }

    /// <summary>Name, namespace, labels and annotations.</summary>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>What the pipeline, or a scale, wants of this media operator.</summary>
    public required MediaOperatorSpec Spec { get; init; }

    /// <summary>What runs.</summary>
    public MediaOperatorStatus? Status { get; set; }
}

/// <summary>Where a media operator belongs, and how many of it should run. Everything else of it stands in the pipeline.</summary>
public sealed record MediaOperatorSpec
{
    /// <summary>The MediaPipeline, in the same namespace.</summary>
    public required string Pipeline { get; init; }

    /// <summary>The media operator's name in it.</summary>
    public required string Operator { get; init; }

    /// <summary>The SamePod group that it is a member of.</summary>
    public string? Group { get; set; }

    /// <summary>The image of its container.</summary>
    public string? Image { get; set; }

    /// <summary>How many should run. Where the pipeline says a number, that wins and any other is undone.</summary>
    [Bounds(0, 64), ServerDefault(1)]
    public int? Replicas { get; set; }
}

/// <summary>What runs of a media operator.</summary>
public sealed record MediaOperatorStatus
{
    /// <summary>The generation of the spec that this is about.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>Replicas that exist.</summary>
    public int Replicas { get; set; }

    /// <summary>Replicas that are attached to their sidecars.</summary>
    public int ReadyReplicas { get; set; }

    /// <summary>Selects its pods; autoscalers read it.</summary>
    public string? Selector { get; set; }

    /// <summary>Answers to questions about it, each with a stable reason.</summary>
    [ListKeys("type"), MaxItems(32)]
    public IReadOnlyList<Condition> Conditions { get; set; } = [];
}
