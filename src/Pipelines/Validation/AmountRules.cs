using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>
/// Nobody is promised more of a resource than it may use: a pod that asks for it is refused when it is made, long after the pipeline was
/// taken.
/// </summary>
internal static class AmountRules
{
    internal static IEnumerable<GraphViolation> Check(PipelineGraph graph) =>
    [
        .. Of("the sidecar", graph.SidecarAmounts, "spec.sidecar.resources"),
        .. graph.Operators.SelectMany((node, i) => Of($"operator '{node.Name}'", node.Container.Amounts, $"spec.operators[{i}].resources")),
    ];

    private static IEnumerable<GraphViolation> Of(string who, IReadOnlyList<RequestedAmount> amounts, string at) =>
        from amount in amounts
        where amount.Request.Value > amount.Limit.Value
        select new GraphViolation($"{at}.requests.{amount.Resource}", GraphReason.BadResource,
            $"{who} requests {amount.Request.Text} of {amount.Resource} and is limited to {amount.Limit.Text}: raise the limit or lower the request");
}
