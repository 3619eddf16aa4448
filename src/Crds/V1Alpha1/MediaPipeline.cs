using System.Text.Json;
using K8sMediaFlow.Kubernetes.Objects;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>A graph of media operators and the edges between them. The controller makes pods of it and moves frames along its edges.</summary>
/// <remarks>
/// Here and below, optional fields have setters: the serializer's generated code gives init-only ones the default of their type
/// where a document leaves them out, and so loses the defaults that stand here.
/// </remarks>
public sealed record MediaPipeline : IKubernetesObject
{
    public const string ApiVersionValue = "k8smediaflow.io/v1alpha1";
    public const string KindValue = "MediaPipeline";

    /// <summary>Always k8smediaflow.io/v1alpha1.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Always MediaPipeline.</summary>
    public required string Kind { get; init; }

    /// <summary>Name, namespace, labels and annotations.</summary>
    public required ObjectMeta Metadata { get; init; }

    /// <summary>What the user wants.</summary>
    public required PipelineSpec Spec { get; init; }

    /// <summary>What is. Written by the controller only; <see cref="PipelineStatus.Read"/> reads it, whatever version wrote it.</summary>
    public JsonElement? Status { get; set; }
}
