using System.Text.Json;
using System.Text.Json.Serialization;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    WriteIndented = true,
    MaxDepth = 16,
    Converters = [
        typeof(NamedEnum<Execution>), typeof(NamedEnum<PollingMode>), typeof(NamedEnum<Distribution>), typeof(NamedEnum<FrameOrder>),
        typeof(NamedEnum<OnFull>), typeof(NamedEnum<Delivery>), typeof(NamedEnum<EdgeWay>), typeof(NamedEnum<HugePages>),
            typeof(NamedEnum<Transport>), typeof(NamedEnum<Encryption>), typeof(RationalJson)])]
[JsonSerializable(typeof(SidecarPlan))]
internal sealed partial class PlanJsonContext : JsonSerializerContext;
