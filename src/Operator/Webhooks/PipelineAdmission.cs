using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Pipelines.Validation;

namespace K8sMediaFlow.Operator.Webhooks;

/// <summary>
/// Answers an AdmissionReview (admission.k8s.io/v1) about a MediaPipeline: the rules of the controller and the command line, before
/// anything is stored.
/// </summary>
internal static class PipelineAdmission
{
    public const string ApiVersion = "admission.k8s.io/v1";

    /// <summary>A server passes on 4 KiB of warnings.</summary>
    private const int PodsNamedMax = 8;

    /// <summary>The answer; null for what is no review.</summary>
    public static JsonObject? Review(JsonNode? review)
    {
        if (review is not JsonObject document || document["request"] is not JsonObject request || request["uid"] is not JsonValue uid)
            return null;
        var (refusal, warnings) = Judge(request);
        var response = new JsonObject { ["uid"] = uid.DeepClone(), ["allowed"] = refusal is null };
        if (refusal is not null)
            // Not Invalid: of that kubectl shows details alone and keeps the message to itself.
            response["status"] = new JsonObject
            {
                ["status"] = "Failure",
                ["reason"] = "BadRequest",
                ["code"] = 400,
                ["message"] = $"{refusal.Message} ({refusal.Reason})",
            };
        if (warnings.Count > 0)
            response["warnings"] = new JsonArray([.. warnings.Select(one => (JsonNode)one)]);
        return new() { ["apiVersion"] = ApiVersion, ["kind"] = "AdmissionReview", ["response"] = response };
    }

    private static (Refusal? Refusal, IReadOnlyList<string> Warnings) Judge(JsonObject request)
    {
        // What is being deleted needs no rules, and what only loses its finalizers must be let go.
        if (Text(request["operation"]) is not ("CREATE" or "UPDATE") || request["object"] is not JsonObject document
            || document["metadata"]?["deletionTimestamp"] is not null)
            return (null, []);
        // A name that the server still has to make is not known here.
        if (document["metadata"] is JsonObject metadata && metadata["name"] is null)
            metadata["name"] = Text(request["name"]) is { Length: > 0 } name ? name : "generated";
        if (MediaPipelineReader.Read(document, out var faults) is not { } pipeline)
            return (Acceptance.Refused(faults), []);
        var graph = PipelineGraphMapper.Widest(pipeline);
        var violations = GraphRules.CheckForCluster(graph);
        return violations.Count > 0
            ? (Acceptance.Refused(violations), [])
            : (null, [.. GraphRules.Warnings(graph).Select(one => $"{one.Path}: {one.Message}"), .. Replaced(request["oldObject"], document,
                pipeline)]);
    }

    /// <summary>
    /// Of a change, which pods it replaces: <c>kubectl apply</c> says so, and with <c>--dry-run=server</c> it does before anything is done.
    /// </summary>
    private static IEnumerable<string> Replaced(JsonNode? old, JsonObject document, MediaPipeline pipeline)
    {
        // Only the spec makes pods; and what was stored may be older than a rule, and then never ran.
        if (old is not JsonObject stored || JsonNode.DeepEquals(stored["spec"], document["spec"])
            || MediaPipelineReader.Read(stored, out _) is not { } before
            || GraphRules.CheckForCluster(PipelineGraphMapper.Widest(before)).Count > 0)
            return [];
        var replaced = PodChanges.Of(before, pipeline).Where(change => change.Kind == PodChangeKind.Replaced).ToList();
        var lines = replaced.Take(PodsNamedMax).Select(change => $"pod {change.Pod} will be replaced: {change.Reason}");
        return replaced.Count <= PodsNamedMax ? lines : lines.Append($"{replaced.Count - PodsNamedMax} more pods will be replaced");
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
