using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>What depends on the API server's version, as a value: rendering asks this and never the server.</summary>
/// <param name="Minor">Of the server's version 1.x.</param>
/// <param name="NativeSidecar">Init containers may restart always (1.29 and later).</param>
/// <param name="PodDisruptionBudgetV1">policy/v1 is served (1.21 and later), else v1beta1.</param>
/// <param name="Cel">Rules in the schemas are evaluated with a field path (1.28 and later).</param>
/// <param name="NamespaceNameLabel">Namespaces carry their name as a label (1.21 and later).</param>
/// <param name="EvictsUnhealthy">Disruption budgets may let unready pods go (1.27 and later).</param>
internal sealed record ServerCapabilities(
    int Minor, bool NativeSidecar, bool PodDisruptionBudgetV1, bool Cel, bool NamespaceNameLabel, bool EvictsUnhealthy)
{
    /// <summary>resource.k8s.io/v1 is served (1.34 and later). Its beta versions are off unless an administrator turns them on.</summary>
    public bool ResourceClaims { get; init; }

    /// <summary>Disruption budgets in the version that this server serves.</summary>
    public ResourceType<PodDisruptionBudget> PodDisruptionBudgets =>
        PodDisruptionBudgetV1 ? Resources.PodDisruptionBudgets : Resources.PodDisruptionBudgets.At("v1beta1");

    public static ServerCapabilities OfMinor(int minor) =>
        new(minor, minor >= 29, minor >= 21, minor >= 25, minor >= 21, minor >= 27)
        {
            ResourceClaims = minor >= 34,
        };
}
