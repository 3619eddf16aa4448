using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;

namespace K8sMediaFlow.KubernetesRuntime.Objects;

/// <summary>
/// How API objects are read and written. Unknown fields are skipped: a newer server sends some. They survive nevertheless, since what we
/// write is apply patches with our own fields only.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 64)]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(Service))]
[JsonSerializable(typeof(Secret))]
[JsonSerializable(typeof(ConfigMap))]
[JsonSerializable(typeof(PodDisruptionBudget))]
[JsonSerializable(typeof(NetworkPolicy))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(Namespace))]
[JsonSerializable(typeof(ServiceAccount))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(CoreEvent))]
[JsonSerializable(typeof(CustomObject))]
[JsonSerializable(typeof(V1Status))]
[JsonSerializable(typeof(MetadataOnly))]
[JsonSerializable(typeof(ServerVersion))]
[JsonSerializable(typeof(ApiResourceList))]
[JsonSerializable(typeof(V1DeleteOptions))]
internal sealed partial class KubernetesJson : JsonSerializerContext;

/// <summary>The part that every object has: enough to name one that cannot be read as a whole.</summary>
public sealed record MetadataOnly : IKubernetesObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
}

/// <summary>What /version says.</summary>
public sealed record ServerVersion
{
    public string? Major { get; init; }
    public string? Minor { get; init; }
    public string? GitVersion { get; init; }

    /// <summary>The minor number: providers append a plus sign ("20+"). 0 when there is none.</summary>
    [JsonIgnore]
    public int MinorNumber => int.TryParse(Minor?.TrimEnd('+'), out var number) ? number : 0;
}

/// <summary>What a group's version serves.</summary>
public sealed record ApiResourceList
{
    public string? GroupVersion { get; init; }
    public IReadOnlyList<ApiResource>? Resources { get; init; }
}

public sealed record ApiResource
{
    public required string Name { get; init; }
    public string? Kind { get; init; }
    public bool Namespaced { get; init; }
}
