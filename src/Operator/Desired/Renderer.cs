using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>
/// From a pipeline and what is known of it to the objects that should exist, but for its MediaOperators, which come first.
/// Pure: the same input gives the same objects.
/// </summary>
internal static class Renderer
{
    public static DesiredObjects Render(RenderInput input, PodSelection pods) => new()
    {
        Secrets = [.. input.Units.Select(unit => UnitSecrets.Of(input, unit))],
        ConfigMaps = [AcceptedRecords.Of(input), .. input.Units.Select(unit => UnitConfigs.Of(input, unit))],
        Services = [.. Services.Of(input)],
        PodDisruptionBudgets = [.. input.Units.Where(unit => unit.Slots.Count > 0)
            .Select(unit => DisruptionBudgets.Of(input, unit, pods.Yielding))],
        NetworkPolicies = [.. NetworkPolicies.Of(input)],
        Pods = [.. input.Units.SelectMany(unit => Pods(input, unit, pods.Names))],
    };

    private static IEnumerable<Pod> Pods(RenderInput input, PipelineUnit unit, IReadOnlyDictionary<string, string> names)
    {
        var parts = input.Parts(unit);
        return unit.Slots.Where(slot => names.ContainsKey(slot.Stable) && parts.Owner is not null)
            .Select(slot => PodTemplate.Of(parts, slot, names[slot.Stable]));
    }
}
