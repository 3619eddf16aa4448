using System.Text.Json;

namespace K8sMediaFlow.KubernetesRuntime.Objects;

public sealed record Node : IKubernetesObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public NodeSpec? Spec { get; init; }
    public NodeStatus? Status { get; init; }
}

public sealed record NodeSpec
{
    public bool? Unschedulable { get; init; }
    public IReadOnlyList<Taint>? Taints { get; init; }
}

public sealed record Taint(string Key, string Effect, string? Value = null);

public sealed record NodeStatus
{
    public IReadOnlyList<PodCondition>? Conditions { get; init; }
    public IReadOnlyDictionary<string, string>? Capacity { get; init; }
    public IReadOnlyDictionary<string, string>? Allocatable { get; init; }
    public JsonElement? Addresses { get; init; }
}

public sealed record Namespace : IKubernetesObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public NamespaceStatus? Status { get; init; }
}

public sealed record NamespaceStatus(string? Phase = null);

public sealed record ServiceAccount : IKubernetesObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public bool? AutomountServiceAccountToken { get; init; }
}
