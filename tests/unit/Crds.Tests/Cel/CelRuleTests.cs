using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using K8sMediaFlow.Crds.Generator;
using K8sMediaFlow.Crds.Tests.Server;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Validation;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.Crds.Tests.Cel;

/// <summary>
/// The rules in the schema, by a current API server, on what they accept and refuse; and their twins among the graph rules.
/// </summary>
[Collection(CrdServerCollection.Name)]
public sealed partial class CelRuleTests(CrdServerFixture fixture)
{
    private static readonly JsonObject Schema = KindDocument.Of(typeof(MediaPipeline),
        cel: true)["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();

    [Fact]
    public void Every_rule_has_a_refused_sample() =>
        Rules("", Schema).Select(rule => (rule.Place, rule.Message)).Order()
            .ShouldBe(RuleSample.All.Select(sample => (Indices().Replace(sample.Place, "[]"), sample.Message)).Order());

    [NeedsFact("crdserver")]
    public async Task A_sound_pipeline_keeps_every_rule()
    {
        var (code, answer) = await PostAsync(Sound());
        code.ShouldBe(HttpStatusCode.Created, answer.ToString());
    }

    /// <summary>By that rule alone, with its message and the place that it is about.</summary>
    [NeedsFact("crdserver")]
    public async Task A_pipeline_that_breaks_a_rule_is_refused_by_it()
    {
        foreach (var sample in RuleSample.All)
        {
            var (code, answer) = await PostAsync(Broken(sample));
            code.ShouldBe(HttpStatusCode.UnprocessableEntity, sample.Message);
            var cause = answer["details"]!["causes"]!.AsArray().ShouldHaveSingleItem()!;
            cause["message"]!.GetValue<string>().ShouldContain(sample.Message);
            cause["field"]!.GetValue<string>().ShouldBe(sample.Place.Length > 0 ? sample.Place : "metadata");
        }
    }

    [Fact]
    public void The_sound_pipeline_keeps_the_graph_rules_too() => GraphRules.CheckForCluster(Graph(Sound())).ShouldBeEmpty();

    [Fact]
    public void Every_rule_has_a_twin_among_the_graph_rules()
    {
        foreach (var sample in RuleSample.All)
            GraphRules.CheckForCluster(Graph(Broken(sample))).Select(one => one.Reason).ShouldContain(sample.Twin, sample.Message);
    }

    /// <summary>
    /// The server estimates what a rule may cost from the bounds of what it looks at and of the lists around it, and refuses the whole kind
    /// for an unbounded one.
    /// </summary>
    [Fact]
    public void Whatever_a_rule_looks_at_and_stands_in_is_bounded()
    {
        foreach (var rule in Rules("", Schema))
        {
            rule.Around.ShouldAllBe(list => list.ContainsKey("maxItems"), rule.Message);
            foreach (Match field in Fields().Matches(rule.Rule))
                if (rule.Schema["properties"]![field.Groups[1].Value] is JsonObject seen
                    && !IsPresenceOnly(rule.Rule, field.Groups[1].Value))
                    Unbounded(seen).ShouldBeFalse($"{rule.Place}.{field.Groups[1].Value} in '{rule.Rule}'");
        }
    }

    private static bool Unbounded(JsonObject seen) => seen["type"]?.GetValue<string>() switch
    {
        "array" => !seen.ContainsKey("maxItems"),
        "string" => !seen.ContainsKey("maxLength") && !seen.ContainsKey("enum"),
        _ => false,
    };

    /// <summary><c>has()</c> costs the same whatever stands there.</summary>
    private static bool IsPresenceOnly(string rule, string field) =>
        !Regex.IsMatch(Regex.Replace(rule, @"has\([^)]*\)", ""), $@"self\.{field}\b");

    private static IEnumerable<(string Place, string Message, string Rule, JsonObject Schema, List<JsonObject> Around)> Rules(string place,
        JsonObject schema, params JsonObject[] around)
    {
        foreach (var rule in schema["x-kubernetes-validations"]?.AsArray() ?? [])
            yield return (place, rule!["message"]!.GetValue<string>(), rule["rule"]!.GetValue<string>(), schema, [.. around]);
        foreach (var (name, field) in schema["properties"]?.AsObject() ?? [])
            foreach (var rule in Rules($"{place}.{name}".TrimStart('.'), field!.AsObject(), around))
                yield return rule;
        if (schema["items"] is JsonObject items)
            foreach (var rule in Rules(place + "[]", items, [.. around, schema]))
                yield return rule;
    }

    private Task<(HttpStatusCode Code, JsonObject Answer)> PostAsync(JsonObject document) =>
        fixture.Server.SendAsync(HttpMethod.Post, CrdServerCollection.Pipelines + "?dryRun=All&fieldValidation=Strict",
            document.ToJsonString());

    private static JsonObject Broken(RuleSample sample)
    {
        var document = Sound();
        sample.Break(At(document, sample.Place).AsObject());
        return document;
    }

    private static PipelineGraph Graph(JsonObject document)
    {
        var pipeline = MediaPipelineReader.Read(document, out var faults).ShouldNotBeNull(string.Join('\n', faults));
        return PipelineGraphMapper.Map(pipeline);
    }

    /// <summary>
    /// The small pipeline with something at every place that a rule looks at, and the defaults that a server fills in first.
    /// </summary>
    private static JsonObject Sound()
    {
        var document = Documents.Small();
        document["spec"]!["edges"]![0] = JsonNode.Parse("""
            {"from": "generate.video", "to": "sink.video", "distribution": "Broadcast", "onFull": "Block", "delivery": "AtLeastOnce"}
            """);
        document["spec"]!["transport"] = "Auto";
        document["spec"]!["rdma"] = JsonNode.Parse("""{"resourceName": "rdma/hca"}""");
        var source = document["spec"]!["operators"]![0]!.AsObject();
        source["env"] = JsonNode.Parse(
            """[{"name": "A", "value": "x"}, {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]""");
        source["envFrom"] = JsonNode.Parse("""[{"configMapRef": {"name": "settings"}}]""");
        source["resourceClaims"] = JsonNode.Parse("""[{"name": "nic", "resourceClaimName": "shared"}]""");
        var sink = document["spec"]!["operators"]![1]!.AsObject();
        sink["maxReplicas"] = 4;
        sink["inputs"]![0]!["caps"] = source["outputs"]![0]!["caps"]!.DeepClone();
        return document;
    }

    /// <summary>The value at a path such as spec.operators[0].env[1].</summary>
    private static JsonNode At(JsonObject document, string place)
    {
        JsonNode at = document;
        foreach (Match step in Steps().Matches(place))
            at = step.Groups[2].Success
                ? at[int.Parse(step.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture)]!
                : at[step.Groups[1].Value]!;
        return at;
    }

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Indices();

    [GeneratedRegex(@"([a-zA-Z]+)|\[(\d+)\]")]
    private static partial Regex Steps();

    [GeneratedRegex(@"self\.([a-zA-Z]+)")]
    private static partial Regex Fields();
}
