using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>Sources of volumes as users write them in a pipeline, and the parts of a pod that are written as values of JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EmptyDirSource))]
[JsonSerializable(typeof(ConfigMapSource))]
[JsonSerializable(typeof(SecretSource))]
[JsonSerializable(typeof(PersistentVolumeClaimSource))]
[JsonSerializable(typeof(PodSpec))]
[JsonSerializable(typeof(Volume))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class DesiredJson : JsonSerializerContext
{
    /// <summary>A node as the value that objects of the API hold.</summary>
    public static JsonElement Element(JsonNode node) => JsonSerializer.SerializeToElement(node, Default.JsonNode);
}
