using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>
/// The MediaOperator of each media operator. They are applied before anything else: they own the pods, and hold the replicas that a user or
/// an autoscaler scaled them to.
/// </summary>
internal static class MediaOperatorObjects
{
    public const string FromPipeline = "MediaPipeline", FromScale = "Scale";

    public static IReadOnlyList<MediaOperator> Of(MediaPipeline pipeline, PipelineGraph graph, OwnerReference owner)
    {
        var units = PipelineUnit.Of(graph);
        return [.. graph.Operators.Select(node => Of(graph, owner, units.First(unit => unit.Operators.Contains(node)),
            pipeline.Spec.Operators.First(spec => spec.Name == node.Name)))];
    }

    /// <summary>
    /// Replicas are in it only where the pipeline says a number: what we leave out, kubectl scale and autoscalers may write.
    /// </summary>
    private static MediaOperator Of(PipelineGraph graph, OwnerReference owner, PipelineUnit unit, OperatorSpec spec) => new()
    {
        ApiVersion = MediaOperator.ApiVersionValue,
        Kind = MediaOperator.KindValue,
        Metadata = ObjectMetas.Of(graph.Namespace, owner, PodPaths.OperatorName(graph.Name, spec.Name), Labels(graph, unit, spec),
            new Dictionary<string, string> { [WellKnownLabels.ReplicasFrom] = spec.Replicas is null ? FromScale : FromPipeline }),
        Spec = new MediaOperatorSpec
        {
            Pipeline = graph.Name,
            Operator = spec.Name,
            Group = unit.IsGroup ? unit.Name : null,
            Image = spec.Image,
            Replicas = spec.Replicas,
        },
    };

    private static Dictionary<string, string> Labels(PipelineGraph graph, PipelineUnit unit, OperatorSpec spec)
    {
        var labels = WellKnownLabels.Of(graph.Name);
        (labels[WellKnownLabels.Unit], labels[WellKnownLabels.Operator]) = (unit.Name, spec.Name);
        return labels;
    }
}
