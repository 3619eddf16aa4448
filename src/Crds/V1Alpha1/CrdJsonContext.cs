using System.Text.Json;
using System.Text.Json.Serialization;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.V1Alpha1;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 64,
    Converters = [
        typeof(NamedEnum<Execution>), typeof(NamedEnum<Transport>), typeof(NamedEnum<Encryption>), typeof(NamedEnum<PollingMode>),
        typeof(NamedEnum<Distribution>), typeof(NamedEnum<FrameOrder>), typeof(NamedEnum<OnFull>), typeof(NamedEnum<Delivery>),
        typeof(NamedEnum<GroupMode>), typeof(RationalJson)])]
[JsonSerializable(typeof(MediaPipeline))]
internal sealed partial class CrdJsonContext : JsonSerializerContext;
