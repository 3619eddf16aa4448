using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>What becomes pods together: a media operator without a SamePod group, or such a group.</summary>
internal sealed record PipelineUnit(string Name, bool IsGroup, IReadOnlyList<MediaOperatorNode> Operators, IReadOnlyList<PodSlot> Slots)
{
    /// <summary>
    /// The units of a graph, in the order of the document. One that is scaled to 0 has no slots and keeps its identity, Service and
    /// policies.
    /// </summary>
    public static IReadOnlyList<PipelineUnit> Of(PipelineGraph graph)
    {
        var index = new GraphIndex(graph);
        var placement = Placement.Of(graph);
        var pods = placement.Pods.ToLookup(pod => NameOf(index, pod.Replicas[0].Operator));
        List<PipelineUnit> units =
        [
            .. graph.Operators.GroupBy(node => NameOf(index, node.Name))
                .Select(unit => new PipelineUnit(unit.Key, index.PodGroup(unit.First().Name) is not null, [.. unit],
                [.. pods[unit.Key].Select((pod, ordinal) => new PodSlot(pod.Name, ordinal, pod.Replicas))])),
        ];
        // Every pod that is planned is in one unit.
        Invariant.That(units.Sum(unit => unit.Slots.Count) == placement.Pods.Count);
        return units;
    }

    /// <summary>The operator whose MediaOperator keeps the unit's records.</summary>
    public string KeeperName => Operators[0].Name;

    private static string NameOf(GraphIndex index, string name) => index.PodGroup(name)?.Name ?? name;
}

/// <summary>
/// A place for one pod at a time. The stable name stays while incarnations come and go: plans, links and identities use it.
/// </summary>
internal sealed record PodSlot(string Stable, int Ordinal, IReadOnlyList<ReplicaPlacement> Replicas);
