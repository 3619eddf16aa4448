using System.Text.Json;
using System.Text.Json.Serialization;

namespace K8sMediaFlow.KubernetesRuntime.Objects;

public sealed record Service : IKubernetesObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public ServiceSpec? Spec { get; init; }
    public JsonElement? Status { get; init; }
}

public sealed record ServiceSpec
{
    public string? Type { get; init; }

    /// <summary>"None" makes the Service headless.</summary>
    [JsonPropertyName("clusterIP")]
    public string? ClusterIP { get; init; }

    public IReadOnlyDictionary<string, string>? Selector { get; init; }
    public IReadOnlyList<ServicePort>? Ports { get; init; }
    public bool? PublishNotReadyAddresses { get; init; }
    public string? ExternalTrafficPolicy { get; init; }
    public string? LoadBalancerClass { get; init; }
    public string? SessionAffinity { get; init; }
}

public sealed record ServicePort
{
    public string? Name { get; init; }
    public required int Port { get; init; }
    public IntOrString? TargetPort { get; init; }
    public string? Protocol { get; init; }
    public string? AppProtocol { get; init; }
    public int? NodePort { get; init; }
}
