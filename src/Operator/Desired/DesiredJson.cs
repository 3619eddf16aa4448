using System.Text.Json;
using System.Text.Json.Serialization;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>Sources of volumes as users write them in a pipeline.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EmptyDirSource))]
[JsonSerializable(typeof(ConfigMapSource))]
[JsonSerializable(typeof(SecretSource))]
[JsonSerializable(typeof(PersistentVolumeClaimSource))]
internal sealed partial class DesiredJson : JsonSerializerContext;
