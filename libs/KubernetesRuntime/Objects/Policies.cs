using System.Text.Json;

namespace K8sMediaFlow.KubernetesRuntime.Objects;

public sealed record LabelSelector
{
    public IReadOnlyDictionary<string, string>? MatchLabels { get; init; }
    public IReadOnlyList<LabelRequirement>? MatchExpressions { get; init; }
}

public sealed record LabelRequirement(string Key, string Operator, IReadOnlyList<string>? Values = null);

/// <summary>policy/v1 from 1.21 on, policy/v1beta1 before: the same shape.</summary>
public sealed record PodDisruptionBudget : IKubernetesObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public PodDisruptionBudgetSpec? Spec { get; init; }
    public JsonElement? Status { get; init; }
}

public sealed record PodDisruptionBudgetSpec
{
    public IntOrString? MinAvailable { get; init; }
    public IntOrString? MaxUnavailable { get; init; }
    public LabelSelector? Selector { get; init; }
    public string? UnhealthyPodEvictionPolicy { get; init; }
}

public sealed record NetworkPolicy : IKubernetesObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public NetworkPolicySpec? Spec { get; init; }
}

public sealed record NetworkPolicySpec
{
    public LabelSelector? PodSelector { get; init; }
    public IReadOnlyList<string>? PolicyTypes { get; init; }
    public IReadOnlyList<IngressRule>? Ingress { get; init; }
    public JsonElement? Egress { get; init; }
}

/// <summary>Without peers: from anywhere. Without ports: to any.</summary>
public sealed record IngressRule
{
    public IReadOnlyList<NetworkPeer>? From { get; init; }
    public IReadOnlyList<NetworkPort>? Ports { get; init; }
}

public sealed record NetworkPeer
{
    public LabelSelector? PodSelector { get; init; }
    public LabelSelector? NamespaceSelector { get; init; }
    public IpBlock? IpBlock { get; init; }
}

public sealed record IpBlock(string Cidr, IReadOnlyList<string>? Except = null);

public sealed record NetworkPort(IntOrString? Port = null, string? Protocol = null);
