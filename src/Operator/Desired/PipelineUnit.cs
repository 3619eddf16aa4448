using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>What becomes pods together: a media operator without a SamePod group, or such a group.</summary>
internal sealed record PipelineUnit(string Name, bool IsGroup, IReadOnlyList<OperatorNode> Operators, IReadOnlyList<PodSlot> Slots)
{
    /// <summary>The units of a graph, in the order of the document.</summary>
    public static IReadOnlyList<PipelineUnit> Of(PipelineGraph graph)
    {
        var index = new GraphIndex(graph);
        var placed = Placement.Of(graph);
        return
        [
            .. from pod in placed.Pods
               let node = index.Operator(pod.Replicas[0].Operator)!
               let home = index.PodGroup(node.Name)
               group (Pod: pod, Node: node, Home: home) by home?.Name ?? node.Name into unit
               let first = unit.First()
               select new PipelineUnit(unit.Key, first.Home is not null, Members(graph, first.Home, first.Node),
                   [.. unit.Select((one, ordinal) => new PodSlot(one.Pod.Name, ordinal, one.Pod.Replicas))]),
        ];
    }

    /// <summary>The operator whose MediaOperator keeps the unit's records.</summary>
    public string KeeperName => Operators[0].Name;

    private static List<OperatorNode> Members(PipelineGraph graph, OperatorGroup? group, OperatorNode node) =>
        group is null ? [node] : [.. graph.Operators.Where(one => group.Operators.Contains(one.Name))];
}

/// <summary>A place for one pod at a time. The stable name stays while incarnations come and go: plans, links and identities use it.</summary>
internal sealed record PodSlot(string Stable, int Ordinal, IReadOnlyList<ReplicaPlacement> Replicas);
