using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>
/// From a pipeline and what is known of it to the objects that should exist. Pure: the same input gives the same objects.
/// </summary>
internal static class Renderer
{
    public static DesiredObjects Render(RenderInput input) => new()
    {
        MediaOperators = RenderOperators(input),
        Secrets = [.. input.Units.Where(unit => input.Identities.ContainsKey(unit.Name)).Select(unit => UnitSecrets.Of(input, unit))],
        ConfigMaps = [AcceptedRecords.Of(input), .. input.Units.Select(unit => UnitConfigs.Of(input, unit))],
        Services = [.. Services.Of(input)],
        PodDisruptionBudgets = [.. input.Units.Where(unit => unit.Slots.Count > 0).Select(unit => DisruptionBudgets.Of(input, unit))],
        NetworkPolicies = [.. NetworkPolicies.Of(input)],
        Pods = [.. input.Units.Where(unit => input.Identities.ContainsKey(unit.Name)).SelectMany(unit => Pods(input, unit))],
    };

    /// <summary>The first to be applied: they own the pods, and hold the replicas that a user or an autoscaler scaled them to.</summary>
    public static IReadOnlyList<MediaOperator> RenderOperators(RenderInput input) =>
        [.. input.Graph.Operators.Select(node => MediaOperatorObjects.Of(input, input.Units.First(unit => unit.Operators.Contains(node)),
            input.Spec(node.Name)))];

    private static IEnumerable<Pod> Pods(RenderInput input, PipelineUnit unit)
    {
        var parts = input.Parts(unit);
        return unit.Slots.Where(slot => input.PodNames.ContainsKey(slot.Stable) && parts.Owner is not null)
            .Select(slot => PodTemplate.Of(parts, slot, input.PodNames[slot.Stable]));
    }
}
