using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>
/// Whether every pod's plan is one that a sidecar takes. Expects a graph that keeps the other rules, scaled as far as it may be.
/// </summary>
internal static class PlanSizeRule
{
    /// <summary>
    /// No replica, port, end or link takes more of a plan: where all of a pipeline's together do not come to the maximum, nothing has to be
    /// drawn.
    /// </summary>
    private const int PartBytesMax = 2 << 10;

    internal static IEnumerable<GraphViolation> Check(PipelineGraph graph, Placement placement)
    {
        if (Parts(graph) * PartBytesMax <= PlanLimits.PlanBytesMax)
            return [];
        return from plan in PipelinePlanner.Draw(graph, placement, default).Sidecars
               let bytes = PlanJson.Write(plan).LongLength
               where bytes > PlanLimits.PlanBytesMax
               select new GraphViolation("spec.operators", GraphReason.OutOfBounds,
                   $"the plan of pod {plan.Pod} has {Bytes.Text(bytes)}, more than the {Bytes.Text(PlanLimits.PlanBytesMax)} that a sidecar takes, for {Contents(plan)}: divide the pipeline");
    }

    private static string Contents(SidecarPlan plan) => FormattableString.Invariant(
        $"{plan.Operators.Count} replicas with {plan.Operators.Sum(one => one.Inputs.Count + one.Outputs.Count)} ports, {plan.Edges.Count} edges and {plan.Outbound.Count + plan.Inbound.Count} links");

    private static long Parts(PipelineGraph graph)
    {
        var replicas = graph.Operators.ToDictionary(node => node.Name, node => (long)node.ReplicaCount);
        return graph.Operators.Sum(node => node.ReplicaCount * (1L + node.Inputs.Count + node.Outputs.Count))
            + graph.Edges.Sum(edge => 1 + replicas[edge.From.Operator] + replicas[edge.To.Operator]
                + (2 * replicas[edge.From.Operator] * replicas[edge.To.Operator]));
    }
}
