using K8sMediaFlow.Crds.V1Alpha1;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>The MediaOperator of each media operator: what is scaled, and the owner of the pods.</summary>
internal static class MediaOperatorObjects
{
    public const string FromPipeline = "MediaPipeline", FromScale = "Scale";

    /// <summary>
    /// Replicas are in it only where the pipeline says a number: what we leave out, kubectl scale and autoscalers may write.
    /// </summary>
    public static MediaOperator Of(RenderInput input, PipelineUnit unit, OperatorSpec spec) => new()
    {
        ApiVersion = MediaOperator.ApiVersionValue,
        Kind = MediaOperator.KindValue,
        Metadata = ObjectMetas.Of(input, PodPaths.OperatorName(input.Graph.Name, spec.Name), Labels(input, unit, spec),
            new Dictionary<string, string> { [WellKnownLabels.ReplicasFrom] = spec.Replicas is null ? FromScale : FromPipeline }),
        Spec = new MediaOperatorSpec
        {
            Pipeline = input.Graph.Name,
            Operator = spec.Name,
            Group = unit.IsGroup ? unit.Name : null,
            Image = spec.Image,
            Replicas = spec.Replicas,
        },
    };

    private static Dictionary<string, string> Labels(RenderInput input, PipelineUnit unit, OperatorSpec spec)
    {
        var labels = WellKnownLabels.Of(input.Graph.Name);
        (labels[WellKnownLabels.Unit], labels[WellKnownLabels.Operator]) = (unit.Name, spec.Name);
        return labels;
    }
}
