using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Pictures;

/// <summary>What shares a box in a picture: the members of a SamePod group, or one media operator with its pods.</summary>
internal sealed record Lane(string Title, IReadOnlyList<MediaOperatorNode> Operators)
{
    internal static IReadOnlyList<Lane> Of(PipelineGraph graph)
    {
        var index = new GraphIndex(graph);
        return
        [
            .. from node in graph.Operators
               group node by index.PodGroup(node.Name)?.Name ?? node.Name into members
               select new Lane(TitleOf(graph, index, members.Key, [.. members]), [.. members]),
        ];
    }

    internal static string Label(MediaOperatorNode node) =>
        node.ReplicaCount == 1 ? node.Name : FormattableString.Invariant($"{node.Name} × {node.ReplicaCount}");

    private static string TitleOf(PipelineGraph graph, GraphIndex index, string stem, MediaOperatorNode[] members)
    {
        var pods = index.PodGroup(members[0].Name) is null ? members[0].ReplicaCount : 1;
        return pods == 1 ? $"pod {graph.Name}-{stem}-0" : FormattableString.Invariant($"pods {graph.Name}-{stem}-0 … {pods - 1}");
    }
}
