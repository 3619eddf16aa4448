using System.Text.Json;

namespace K8sMediaFlow.KubernetesRuntime.Objects;

/// <summary>
/// Any object with spec and status as JSON: for kinds without a record of their own here. A controller that watches its custom
/// resources as this survives every content that the schema of an older or newer version let in.
/// </summary>
public sealed record CustomObject : IKubernetesObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public JsonElement? Spec { get; init; }
    public JsonElement? Status { get; init; }
}
