using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>
/// One budget per unit. An integer, since pods without a controller of the server's own cannot be counted any other way. A unit of one pod
/// allows no eviction: the controller sees that its node is being drained, makes the replacement first and then removes it itself. Where no
/// replacement has come for a while (no room elsewhere, a volume that is bound to the node), the drain decides: one pod more may be
/// evicted. Cordoning alone evicts no pod.
/// </summary>
internal static class DisruptionBudgets
{
    public static PodDisruptionBudget Of(RenderInput input, PipelineUnit unit, IReadOnlySet<string> yielding) => new()
    {
        Metadata = ObjectMetas.Of(input, PodPaths.ObjectName(input.Graph.Name, unit.Name), WellKnownLabels.Of(input.Graph.Name, unit)),
        Spec = new()
        {
            MinAvailable = Least(unit, unit.Slots.Any(slot => yielding.Contains(slot.Stable))),
            Selector = new() { MatchLabels = Services.Selector(input, unit) },
            // A pod that was never ready serves no peer and must not hold up a drain.
            UnhealthyPodEvictionPolicy = input.Server.EvictsUnhealthy ? "AlwaysAllow" : null,
        },
    };

    /// <summary>Pods that an eviction has to leave: more than there are would hold up a drain for ever.</summary>
    private static int Least(PipelineUnit unit, bool yields)
    {
        var least = Math.Max(1, unit.Slots.Count - 1) - (yields ? 1 : 0);
        Invariant.That(least >= 0 && least <= unit.Slots.Count);
        return least;
    }
}
