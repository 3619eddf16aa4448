using System.Text.Json;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>Our kinds as the API client knows kinds.</summary>
public static class CrdResources
{
    public const string Group = "k8smediaflow.io";
    public const string Version = "v1alpha1";

    /// <summary>
    /// Pipelines as they are stored: their content is read by <see cref="MediaPipelineReader"/>, one by one, so that a pipeline that
    /// another version let in cannot end the watch of all.
    /// </summary>
    public static readonly ResourceType<CustomObject> MediaPipelines = Resources.Custom(Group, Version, "mediapipelines",
        MediaPipeline.KindValue);

    /// <summary>Media operators; only controllers write them.</summary>
    public static readonly ResourceType<MediaOperator> MediaOperators =
        new(Group, Version, "mediaoperators", MediaOperator.KindValue, true, StatusJsonContext.Default.MediaOperator);

    /// <summary>
    /// A part of a pipeline's spec as JSON, for places of a pod that take it as it is; null for null and for an empty list.
    /// </summary>
    /// <exception cref="NotSupportedException">For types that are no part of the spec.</exception>
    public static JsonElement? Element<T>(T? part)
        where T : class => part is null or System.Collections.ICollection { Count: 0 }
            ? null
            : JsonSerializer.SerializeToElement(part,
                CrdJsonContext.Default.GetTypeInfo(typeof(T)) ?? throw new NotSupportedException($"{typeof(T)} is no part of a pipeline"));
}
