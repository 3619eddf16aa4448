using System.Text.Json;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Pipelines.Validation;

namespace K8sMediaFlow.Operator.Model;

/// <summary>A spec that keeps all rules, and the generation that it had.</summary>
/// <param name="Graph">With the replicas of the document: null where it leaves them open.</param>
internal sealed record AcceptedPipeline(MediaPipeline Pipeline, PipelineGraph Graph, long Generation, JsonElement Spec)
{
    /// <summary>With the most replicas that there may be, and planned for them.</summary>
    public PipelineGraph Widest { get; } = PipelineGraphMapper.Widest(Pipeline, Graph);

    public Desired.TemplateHashes Hashes { get; } = new();

    /// <summary>Its sidecars get the controller's newest image without being asked.</summary>
    public bool FollowsSidecar => Pipeline.Spec.Sidecar?.UpdatePolicy == SidecarUpdatePolicy.Automatic;

    public PipelinePlan WidestPlan => field ??= K8sMediaFlow.Operator.Model.PlanBuilder.Widest(Widest);
}

/// <summary>Why a spec is refused: the first thing that is wrong, and how many there are.</summary>
internal sealed record Refusal(string Reason, string Message);

/// <summary>Whether a stored pipeline can be run. The same rules as the webhook's and the command line's.</summary>
internal static class Acceptance
{
    public static (AcceptedPipeline? Accepted, Refusal? Refusal) Of(CustomObject stored)
    {
        if (MediaPipelineReader.Read(stored, out var faults) is not { } pipeline)
            return (null, Refused(faults));
        var graph = PipelineGraphMapper.Map(pipeline);
        var violations = GraphRules.CheckForCluster(PipelineGraphMapper.Widest(pipeline, graph));
        if (violations.Count > 0)
            return (null, Refused(violations));
        return (new AcceptedPipeline(pipeline, graph, stored.Metadata?.Generation ?? 0, stored.Spec!.Value), null);
    }

    public static Refusal Refused(IReadOnlyList<GraphViolation> violations) =>
        new(violations[0].Reason.ToString(), Sentence(violations.Select(one => $"{one.Path}: {one.Message}")));

    public static Refusal Refused(IReadOnlyList<DocumentFault> faults) =>
        new(Reasons.InvalidDocument, Sentence(faults.Select(fault => $"{fault.Path}: {fault.Message}")));

    private static string Sentence(IEnumerable<string> lines) => StatusText.Bounded(string.Join("; ", lines));
}
