using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Operator.Reconcile;

namespace K8sMediaFlow.Operator.Tests.Desired;

/// <summary>Renders pipelines with everything known that can be known, and with secrets that never change.</summary>
internal static class Rendering
{
    public static RenderInput Input(string json, int minor, Action<JsonObject>? change = null)
    {
        var (accepted, refusal) = Acceptance.Of(Pipelines.Stored(json, change));
        refusal.ShouldBeNull();
        var (graph, _) = ReplicaCounts.Apply(accepted!, []);
        var units = PipelineUnit.Of(graph);
        return new()
        {
            Pipeline = accepted!.Pipeline,
            Graph = graph,
            Widest = accepted.WidestPlan,
            AcceptedSpec = accepted.Spec,
            AcceptedGeneration = accepted.Generation,
            Server = ServerCapabilities.OfMinor(minor),
            Settings = new("registry.example/sidecar:1", "k8smediaflow-system"),
            SidecarImage = "registry.example/sidecar:1",
            Owner = Owner("MediaPipeline", graph.Name),
            OperatorOwners = graph.Operators.ToDictionary(node => node.Name, node => Owner("MediaOperator", $"{graph.Name}-{node.Name}")),
            Identities = units.ToDictionary(unit => unit.Name, Identity),
            RequestsRdma = false,
        };
    }

    /// <summary>With a pod in every slot.</summary>
    public static DesiredObjects Render(RenderInput input, params string[] yielding) => Renderer.Render(input, new(
        input.Units.SelectMany(unit => unit.Slots).ToDictionary(slot => slot.Stable, slot => $"{slot.Stable}-00000"),
        yielding.ToHashSet()));

    /// <summary>All objects as one text, in a stable order.</summary>
    public static string Text(RenderInput input) => string.Concat(Documents(input).Select(CompactText.Of));

    private static IEnumerable<JsonObject> Documents(RenderInput input) =>
    [
        .. MediaOperatorObjects.Of(input.Pipeline, input.Graph, input.Owner).Select(CrdResources.MediaOperators.ToDocument),
        .. Documents(Render(input), input.Server),
    ];

    private static IEnumerable<JsonObject> Documents(DesiredObjects desired, ServerCapabilities server) =>
    [
        .. desired.Secrets.Select(Resources.Secrets.ToDocument),
        .. desired.ConfigMaps.Select(Resources.ConfigMaps.ToDocument),
        .. desired.Services.Select(Resources.Services.ToDocument),
        .. desired.PodDisruptionBudgets.Select(server.PodDisruptionBudgets.ToDocument),
        .. desired.NetworkPolicies.Select(Resources.NetworkPolicies.ToDocument),
        .. desired.Pods.Select(Resources.Pods.ToDocument),
    ];

    private static UnitIdentity Identity(PipelineUnit unit) => new("certificate", "key", "authorities",
        unit.Slots.SelectMany(slot => slot.Replicas)
            .ToDictionary(one => PodPaths.TokenKey(one.Operator, one.Replica), one => $"{one.Operator}{one.Replica}"),
        DateTimeOffset.UnixEpoch);

    private static OwnerReference Owner(string kind, string name) =>
        new()
        {
            ApiVersion = MediaPipeline.ApiVersionValue,
            Kind = kind,
            Name = name,
            Uid = $"u-{name}",
            Controller = true,
            BlockOwnerDeletion = true,
        };
}
