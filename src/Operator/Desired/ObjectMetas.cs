using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>Metadata of desired objects.</summary>
internal static class ObjectMetas
{
    public static ObjectMeta Of(RenderInput input, string name, IReadOnlyDictionary<string, string> labels,
        IReadOnlyDictionary<string, string>? annotations = null) => Of(input.Namespace, input.Owner, name, labels, annotations);

    public static ObjectMeta Of(string @namespace, OwnerReference owner, string name, IReadOnlyDictionary<string, string> labels,
        IReadOnlyDictionary<string, string>? annotations = null) => new()
        {
            Name = name,
            Namespace = @namespace,
            Labels = labels,
            Annotations = annotations is { Count: > 0 } ? annotations : null,
            OwnerReferences = [owner],
        };
}
