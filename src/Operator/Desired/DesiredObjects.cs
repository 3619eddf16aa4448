using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>
/// All that should exist for one pipeline, but for its MediaOperators. What is owned and not in here is pruned; pods come and go by their
/// own rules.
/// </summary>
internal sealed record DesiredObjects
{
    public IReadOnlyList<Secret> Secrets { get; init; } = [];
    public IReadOnlyList<ConfigMap> ConfigMaps { get; init; } = [];
    public IReadOnlyList<Service> Services { get; init; } = [];
    public IReadOnlyList<PodDisruptionBudget> PodDisruptionBudgets { get; init; } = [];
    public IReadOnlyList<NetworkPolicy> NetworkPolicies { get; init; } = [];
    public IReadOnlyList<Pod> Pods { get; init; } = [];

    public int Count =>
        Secrets.Count + ConfigMaps.Count + Services.Count + PodDisruptionBudgets.Count + NetworkPolicies.Count + Pods.Count;
}
