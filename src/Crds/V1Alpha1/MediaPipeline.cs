using System.Text.Json;
using K8sMediaFlow.Crds.Schema;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>
/// A graph of media operators and the edges between them. The controller makes pods of it and moves frames along its edges.
/// </summary>
/// <remarks>
/// Here and below, optional fields have setters: the serializer's generated code gives init-only ones the default of their type
/// where a document leaves them out, and so loses the defaults that stand here.
/// </remarks>
[CustomKind("mediapipelines", "mp", Status = typeof(PipelineStatus))]
[PrinterColumn("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status",
    "Whether frames flow from every source to every sink.")]
[PrinterColumn("Phase", "string", ".status.phase", "The state in one word.")]
[PrinterColumn("Operators", "string", ".status.readyOperators", "Media operators that are attached, of all.")]
[PrinterColumn("Pods", "string", ".status.readyPods", "Pods that are ready, of all.")]
[PrinterColumn("Transport", "string", ".status.transport", "What frames between pods travel over.")]
[PrinterColumn("FPS", "string", ".status.framesPerSecond", "Frames that reach the sinks in one second.")]
[PrinterColumn("Dropped", "integer", ".status.droppedFrames", "Frames that were dropped since the pods started.")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp", "Time since it was made.")]
[PrinterColumn("Accepted", "string", ".status.conditions[?(@.type==\"Accepted\")].reason",
    "Whether the last edit was taken, or the rule that refuses it.", Priority = 1)]
[PrinterColumn("Message", "string", ".status.conditions[?(@.type==\"Ready\")].message", "What Ready says.", Priority = 1)]
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

    /// <summary>What is. Written by the controller only.</summary>
    public JsonElement? Status { get; set; }
}
