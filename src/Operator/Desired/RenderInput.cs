using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>
/// Everything known about one pipeline that its desired objects follow from. Made once, when its MediaOperators and its pods have been
/// observed; what the controller then decides about the pods is the <see cref="PodSelection"/>.
/// </summary>
internal sealed record RenderInput
{
    public required MediaPipeline Pipeline { get; init; }

    /// <summary>With the replicas that are to run.</summary>
    public required PipelineGraph Graph { get; init; }

    /// <summary>Planned for the most replicas that there may be: what memory is sized by.</summary>
    public required PipelinePlan Widest { get; init; }

    /// <summary>As it was written, for the record.</summary>
    public required System.Text.Json.JsonElement AcceptedSpec { get; init; }

    public required long AcceptedGeneration { get; init; }

    public required ServerCapabilities Server { get; init; }
    public required RenderSettings Settings { get; init; }

    /// <summary>The image that this pipeline's sidecars have.</summary>
    public required string SidecarImage { get; init; }

    /// <summary>The pipeline as owner of its objects.</summary>
    public required OwnerReference Owner { get; init; }

    /// <summary>The MediaOperators that exist, as owners of their pods, by name of the media operator.</summary>
    public required IReadOnlyDictionary<string, OwnerReference> OperatorOwners { get; init; }

    /// <summary>By unit. Every unit has one.</summary>
    public required IReadOnlyDictionary<string, UnitIdentity> Identities { get; init; }

    /// <summary>Of the pipeline and plan above; null: hashes are computed each time.</summary>
    public TemplateHashes? Hashes { get; init; }

    /// <summary>Whether the pods ask for the pipeline's RDMA device.</summary>
    public required bool RequestsRdma { get; init; }

    /// <summary>Whether they do so by a claim.</summary>
    public bool ClaimsRdma => RequestsRdma && Pipeline.Spec.Rdma?.ResourceClaimTemplateName is not null;

    public string Namespace => Graph.Namespace;

    public IReadOnlyList<PipelineUnit> Units => field ??= PipelineUnit.Of(Graph);

    public OperatorSpec Spec(string name) => Pipeline.Spec.Operators.First(one => one.Name == name);

    public PodParts Parts(PipelineUnit unit) => new(this, unit);
}
