using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>Something to be said about a scale: why it is undone or refused.</summary>
internal sealed record ScaleNotice(string Operator, string Reason, string Message);

/// <summary>
/// How many replicas run: the pipeline's word, else that of the MediaOperator as far as memory is planned for it, else one. None is a
/// number, too.
/// </summary>
internal static class ReplicaCounts
{
    public static (PipelineGraph Graph, IReadOnlyList<ScaleNotice> Notices) Apply(AcceptedPipeline accepted,
        IReadOnlyCollection<MediaOperator> existing)
    {
        var notices = new List<ScaleNotice>();
        var nodes = accepted.Graph.Operators.Zip(accepted.Pipeline.Spec.Operators, (node, spec) =>
            node with { Replicas = Of(spec, existing.FirstOrDefault(one => one.Spec.Operator == spec.Name)?.Spec.Replicas, notices) })
                .ToList();
        Pair(accepted.Graph, nodes, notices);
        // Two lists of one document side by side: a shorter one would cut the other.
        Invariant.That(nodes.Count == accepted.Graph.Operators.Count && nodes.Count == accepted.Pipeline.Spec.Operators.Count);
        return (accepted.Graph with { Operators = nodes }, notices);
    }

    /// <summary>
    /// Where an edge pairs replicas, a scale of one end waits for the same of the other: until then both run as many as the smaller has. A
    /// chain of such edges is as long as the graph, so that as many rounds are enough.
    /// </summary>
    private static void Pair(PipelineGraph graph, List<MediaOperatorNode> nodes, List<ScaleNotice> notices)
    {
        var paired = graph.Edges.Where(edge => edge.Distribution == Distribution.OneToOne).ToList();
        for (var round = 0; round < nodes.Count && paired.Count > 0; round++)
            foreach (var edge in paired)
                Pair(edge, nodes, notices);
    }

    private static void Pair(GraphEdge edge, List<MediaOperatorNode> nodes, List<ScaleNotice> notices)
    {
        var (from, to) = (nodes.FindIndex(one => one.Name == edge.From.Operator), nodes.FindIndex(one => one.Name == edge.To.Operator));
        var (more, fewer) = nodes[from].ReplicaCount > nodes[to].ReplicaCount ? (from, to) : (to, from);
        var (asked, count) = (nodes[more].ReplicaCount, nodes[fewer].ReplicaCount);
        if (asked == count)
            return;
        notices.RemoveAll(one => one.Operator == nodes[more].Name && one.Reason == Reasons.ScaleRefused);
        notices.Add(new(nodes[more].Name, Reasons.ScaleRefused,
            $"operator '{nodes[more].Name}' was scaled to {asked}, but edge {edge.Name} pairs its replicas with those of '{nodes[fewer].Name}', "
            + $"which has {count}: {count} run until both are scaled to the same number"));
        nodes[more] = nodes[more] with { Replicas = count };
    }

    private static int Of(OperatorSpec spec, int? scaled, List<ScaleNotice> notices)
    {
        var most = Math.Max(spec.Replicas ?? 1, spec.MaxReplicas ?? 0);
        if (spec.Replicas is { } fixedAt)
        {
            if (scaled is { } contrary && contrary != fixedAt)
                notices.Add(new(spec.Name, Reasons.ScaleUndone,
                    $"operator '{spec.Name}' was scaled to {contrary}; the pipeline says {fixedAt}: leave replicas out of it to scale"));
            return fixedAt;
        }
        var asked = scaled ?? 1;
        if (asked > most)
            notices.Add(new(spec.Name, Reasons.ScaleRefused,
                $"operator '{spec.Name}' was scaled to {asked}; memory downstream is planned for {most}: raise maxReplicas"));
        return Math.Clamp(asked, 0, most);
    }
}
