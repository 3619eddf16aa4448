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
        // Two lists of one document side by side: a shorter one would cut the other.
        Invariant.That(nodes.Count == accepted.Graph.Operators.Count && nodes.Count == accepted.Pipeline.Spec.Operators.Count);
        return (accepted.Graph with { Operators = nodes }, notices);
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
