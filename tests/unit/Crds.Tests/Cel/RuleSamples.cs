using System.Text.Json.Nodes;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.Tests.Cel;

/// <summary>
/// For each CEL rule, by its message: where its object stands in a pipeline, a change that breaks it, and the reason of its twin.
/// </summary>
internal sealed record RuleSample(string Message, string Place, Action<JsonObject> Break, GraphReason Twin)
{
    internal static readonly IReadOnlyList<RuleSample> All =
    [
        new("the names of pipeline and operator have 50 characters at most, with the dash between them", "",
            root => root["metadata"]!["name"] = new string('a', 45), GraphReason.NameTooLong),
        new("transport RDMA needs rdma", "spec", DemandWithoutDevice, GraphReason.Contradiction),
        new("encryption TLS cannot be had with transport RDMA", "spec", one => (one["encryption"], one["transport"]) = ("TLS", "RDMA"),
            GraphReason.Contradiction),
        new("exactly one of resourceName and resourceClaimTemplateName", "spec.rdma", one => one.Remove("resourceName"),
            GraphReason.BadResource),
        new("an operator has inputs or outputs", "spec.operators[1]", one => one.Remove("inputs"), GraphReason.NoPorts),
        new("maxReplicas is at least replicas", "spec.operators[1]", one => one["maxReplicas"] = 1, GraphReason.OutOfBounds),
        new("a service needs ports that it leads to", "spec.operators[1]", one => one["service"] = new JsonObject(),
            GraphReason.Contradiction),
        new("a variable has value or valueFrom, not both", "spec.operators[0].env[0]",
            one => one["valueFrom"] = Json("""{"fieldRef": {"fieldPath": "metadata.name"}}"""), GraphReason.BadEnvironment),
        new("exactly one source", "spec.operators[0].env[1].valueFrom", one => one["secretKeyRef"] = Json("""{"name": "a", "key": "b"}"""),
            GraphReason.BadEnvironment),
        new("exactly one of configMapRef and secretRef", "spec.operators[0].envFrom[0]",
            one => one["secretRef"] = Json("""{"name": "a"}"""), GraphReason.BadEnvironment),
        new("exactly one of resourceClaimName and resourceClaimTemplateName", "spec.operators[0].resourceClaims[0]",
            one => one["resourceClaimTemplateName"] = "x", GraphReason.BadResource),
        new("a port carries video or audio", "spec.operators[0].outputs[0].caps",
            one => one["audio"] = Json("""{"sampleRate": 48000, "channels": 2, "format": "s16le"}"""), GraphReason.BadCaps),
        new("a port carries video or audio", "spec.operators[1].inputs[0].caps", one => one.Remove("video"), GraphReason.BadCaps),
        new("from is written operator.port", "spec.edges[0]", one => one["from"] = "generate", GraphReason.BadReference),
        new("to is written operator.port", "spec.edges[0]", one => one["to"] = "sink.video.left", GraphReason.BadReference),
        new("an edge cannot drop and deliver AtLeastOnce", "spec.edges[0]", one => one["onFull"] = "DropOldest", GraphReason.Contradiction),
        new("an edge cannot have a deadline and deliver AtLeastOnce", "spec.edges[0]", one => one["deadlineMilliseconds"] = 40,
            GraphReason.Contradiction),
        new("distribution ByKey and keyField go together", "spec.edges[0]", one => one["keyField"] = "camera", GraphReason.Contradiction),
        new("exactly one source", "spec.volumes[0]", one => one["secret"] = new JsonObject(), GraphReason.BadVolume),
    ];

    private static void DemandWithoutDevice(JsonObject spec)
    {
        spec["transport"] = "RDMA";
        spec.Remove("rdma");
    }

    private static JsonNode Json(string text) => JsonNode.Parse(text)!;
}
