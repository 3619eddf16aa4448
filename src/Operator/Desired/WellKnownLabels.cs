using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>Labels and annotations by which the controller knows its objects again.</summary>
internal static class WellKnownLabels
{
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string Manager = "k8smediaflow";
    public const string Pipeline = "k8smediaflow.io/pipeline";
    public const string Unit = "k8smediaflow.io/unit";
    public const string Pod = "k8smediaflow.io/pod";
    public const string Ordinal = "k8smediaflow.io/ordinal";
    public const string Operator = "k8smediaflow.io/operator";

    /// <summary>What a running pod was made from, as far as a change of it needs another pod.</summary>
    public const string TemplateHash = "k8smediaflow.io/template-hash";

    /// <summary>
    /// The generation of the spec that a pod was made from. Of no consequence to the pod; a rollout stops at pods of its own generation
    /// that fail.
    /// </summary>
    public const string Generation = "k8smediaflow.io/generation";

    /// <summary>What was last applied to an object: a field that is gone from it since has to be taken back.</summary>
    public const string AppliedHash = "k8smediaflow.io/applied-hash";

    /// <summary>The names of a unit's pods, recorded before the pods are made.</summary>
    public const string PodNames = "k8smediaflow.io/pod-names";

    /// <summary>Who has the say about the replicas of a MediaOperator: MediaPipeline or Scale.</summary>
    public const string ReplicasFrom = "k8smediaflow.io/replicas-from";

    /// <summary>When the certificate in a Secret is to be renewed, for people.</summary>
    public const string RenewAt = "k8smediaflow.io/renew-at";

    /// <summary>Selects every object of the controller.</summary>
    public const string Selection = $"{ManagedBy}={Manager}";

    public static Dictionary<string, string> Of(string pipeline) => new() { [ManagedBy] = Manager, [Pipeline] = pipeline };

    public static Dictionary<string, string> Of(string pipeline, PipelineUnit unit)
    {
        var labels = Of(pipeline);
        labels[Unit] = unit.Name;
        if (!unit.IsGroup)
            labels[Operator] = unit.Operators[0].Name;
        return labels;
    }

    public static string? Label(this IKubernetesObject thing, string name) => thing.Metadata?.Labels?.GetValueOrDefault(name);

    public static string? Annotation(this IKubernetesObject thing, string name) => thing.Metadata?.Annotations?.GetValueOrDefault(name);
}
