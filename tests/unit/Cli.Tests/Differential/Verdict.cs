using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.Cli.Documents;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Validation;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.Cli.Tests.Differential;

/// <summary>What <c>validate</c> says of a text, and what a current API server says of it.</summary>
/// <param name="Errors">Ours about text and shape; empty where it could be read.</param>
/// <param name="Reasons">Ours about the graph.</param>
/// <param name="Refusal">The server's, or null where it would take the document.</param>
/// <param name="Stored">What the server would store.</param>
internal sealed record Verdict(IReadOnlyList<string> Errors, IReadOnlyList<GraphReason> Reasons, string? Refusal, JsonObject? Stored)
{
    internal bool Ours => Errors.Count + Reasons.Count == 0;

    internal bool Theirs => Refusal is null;

    internal static async Task<Verdict> OfAsync(CrdServer server, string text)
    {
        var file = PipelineFile.Parse("f.yaml", text);
        var (code, answer) = await server.SendAsync(HttpMethod.Post,
            "/apis/k8smediaflow.io/v1alpha1/namespaces/default/mediapipelines?dryRun=All&fieldValidation=Strict", text, "application/yaml");
        var taken = code == HttpStatusCode.Created;
        return new([.. file.Errors.Select(error => error.ToString())],
            [.. file.Documents.SelectMany(one => GraphRules.CheckForCluster(one.Graph)).Select(one => one.Reason)],
            taken ? null : answer["message"]!.GetValue<string>(), taken ? answer : null);
    }

    /// <summary>The first place where the server would store something else than what we read, or null.</summary>
    internal string? Difference(string text)
    {
        new YamlTree(new GuardedParser(new StringReader(text.TrimStart('\uFEFF'))), text).TryRead(out var root);
        return Different("spec", root?["spec"], Stored!["spec"])
            ?? Different("metadata.labels", root?["metadata"]?["labels"], Stored["metadata"]!["labels"]);
    }

    /// <summary>The server fills in defaults, so it may have more; and what is empty is not set.</summary>
    private static string? Different(string path, JsonNode? ours, JsonNode? theirs) => (ours, theirs) switch
    {
        (null, _) => null,
        (JsonObject thing, JsonObject other) =>
            thing.Select(one => Different($"{path}.{one.Key}", one.Value, other[one.Key])).FirstOrDefault(one => one is not null),
        (JsonArray list, JsonArray other) when list.Count == other.Count =>
            list.Select((one, i) => Different($"{path}[{i}]", one, other[i])).FirstOrDefault(one => one is not null),
        (JsonObject { Count: 0 } or JsonArray { Count: 0 }, null) => null,
        (JsonValue value, JsonValue other) when Same(value, other) => null,
        _ => $"{path}: we read {ours.ToJsonString()}, the server {theirs?.ToJsonString() ?? "nothing"}",
    };

    private static bool Same(JsonValue one, JsonValue other) => one.GetValueKind() == other.GetValueKind()
        && (one.GetValueKind() == JsonValueKind.Number
            ? double.Parse(one.ToJsonString()) == double.Parse(other.ToJsonString())
            : one.ToString() == other.ToString());
}
