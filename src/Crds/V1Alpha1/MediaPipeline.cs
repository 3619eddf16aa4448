using System.Text.Json;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>The custom resource that a user applies: a graph of media operators.</summary>
/// <remarks>
/// Here and below, optional fields have setters: the serializer's generated code gives init-only ones the default of their type
/// where a document leaves them out, and so loses the defaults that stand here.
/// </remarks>
public sealed record MediaPipeline
{
    public const string ApiVersionValue = "k8smediaflow.io/v1alpha1";
    public const string KindValue = "MediaPipeline";

    public required string ApiVersion { get; init; }
    public required string Kind { get; init; }
    public required ObjectMetadata Metadata { get; init; }
    public required PipelineSpec Spec { get; init; }

    /// <summary>Written by the controller; read and left alone here.</summary>
    public JsonElement? Status { get; set; }
}

/// <summary>What Kubernetes keeps of every object. Fields that only the server writes are accepted, so that a fetched object can be checked.</summary>
public sealed record ObjectMetadata
{
    public required string Name { get; init; }
    public string Namespace { get; set; } = "default";
    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Annotations { get; set; } = new Dictionary<string, string>();
    public JsonElement? Uid { get; set; }
    public JsonElement? ResourceVersion { get; set; }
    public JsonElement? Generation { get; set; }
    public JsonElement? CreationTimestamp { get; set; }
    public JsonElement? DeletionTimestamp { get; set; }
    public JsonElement? DeletionGracePeriodSeconds { get; set; }
    public JsonElement? Finalizers { get; set; }
    public JsonElement? OwnerReferences { get; set; }
    public JsonElement? ManagedFields { get; set; }
}
