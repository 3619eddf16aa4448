using System.Text.Json;
using System.Text.Json.Serialization;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>Strict: for what users write.</summary>
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
        typeof(NamedEnum<GroupMode>), typeof(NamedEnum<ImagePullPolicy>), typeof(NamedEnum<PortProtocol>), typeof(NamedEnum<ServiceType>),
        typeof(NamedEnum<TolerationOperator>), typeof(NamedEnum<TaintEffect>), typeof(NamedEnum<UnsatisfiablePlacement>),
        typeof(NamedEnum<HugePages>), typeof(NamedEnum<MemoryLock>), typeof(NamedEnum<SidecarLogLevel>),
            typeof(NamedEnum<SidecarUpdatePolicy>),
        typeof(RationalJson)])]
[JsonSerializable(typeof(MediaPipeline))]
internal sealed partial class CrdJsonContext : JsonSerializerContext;

/// <summary>Lenient: for what controllers write, of whatever version.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 64,
    Converters = [typeof(NamedEnum<PipelinePhase>)])]
[JsonSerializable(typeof(PipelineStatus))]
[JsonSerializable(typeof(MediaOperator))]
internal sealed partial class StatusJsonContext : JsonSerializerContext;
