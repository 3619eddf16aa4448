using System.Net;
using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.Crds.Tests.Server;

/// <summary>
/// What a current API server makes of our kinds: that it takes them, fills in, cuts off, refuses, and keeps status and scale apart from the
/// spec.
/// </summary>
[Collection(CrdServerCollection.Name)]
public sealed class StoredPipelineTests(CrdServerFixture fixture)
{
    private const string Operators = "/apis/k8smediaflow.io/v1alpha1/namespaces/default/mediaoperators";

    [NeedsTheory("crdserver")]
    [InlineData("mediapipelines")]
    [InlineData("mediaoperators")]
    public async Task Each_kind_is_structural_and_established_and_no_word_of_it_is_dropped(string plural)
    {
        var (_, stored) = await SendAsync(HttpMethod.Get,
            $"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.k8smediaflow.io");
        var conditions = stored["status"]!["conditions"]!.AsArray()
            .ToDictionary(one => one!["type"]!.GetValue<string>(), one => one!["status"]!.GetValue<string>());
        (conditions["Established"], conditions["NamesAccepted"], conditions.ContainsKey("NonStructuralSchema"))
            .ShouldBe(("True", "True", false));
        Schema(stored).ToJsonString().ShouldBe(Schema(CrdServerFixture.Definition(plural)).ToJsonString());

        static JsonNode Schema(JsonObject definition) => Sorted(definition["spec"]!["versions"]![0]!["schema"]!)!;
    }

    [NeedsFact("crdserver")]
    public async Task Defaults_are_filled_in()
    {
        var (_, stored) = await CreateAsync(Named("defaults"));
        var (spec, edge) = (stored["spec"]!, stored["spec"]!["edges"]![0]!);
        (Text(spec["execution"]), Text(spec["encryption"]), Text(spec["nodeLossSeconds"])).ShouldBe(("Streaming", "None", "30"));
        (Text(edge["delivery"]), Text(edge["onFull"]), Text(edge["order"])).ShouldBe(("AtLeastOnce", "Block", "Arrival"));
    }

    [NeedsFact("crdserver")]
    public async Task An_unknown_field_is_refused_by_name_or_cut_off_as_the_client_wants()
    {
        var document = Named("unknown");
        document["spec"]!["operators"]![0]!["replcas"] = 2;
        document["spec"]!["operators"]![0]!["affinity"] = new JsonObject { ["nodeAffinity"] = new JsonObject { ["future"] = true } };
        var (code, refusal) = await CreateAsync(document);
        code.ShouldBe(HttpStatusCode.BadRequest);
        Text(refusal["message"]).ShouldContain("unknown field \"spec.operators[0].replcas\"");
        var (_, stored) = await SendAsync(HttpMethod.Post, CrdServerCollection.Pipelines + "?fieldValidation=Ignore",
            document.ToJsonString());
        stored["spec"]!["operators"]![0]!["replcas"].ShouldBeNull();
        Text(stored["spec"]!["operators"]![0]!["affinity"]!["nodeAffinity"]!["future"]).ShouldBe("true");
    }

    [NeedsFact("crdserver")]
    public async Task Status_is_written_beside_the_spec_and_never_with_it()
    {
        var document = Named("status");
        document["status"] = new JsonObject { ["phase"] = "Running" };
        var (_, stored) = await CreateAsync(document);
        stored["status"].ShouldBeNull();
        const string Status = CrdServerCollection.Pipelines + "/status/status";
        var (_, written) = await SendAsync(HttpMethod.Patch, Status, """{"spec": {"transport": "Auto"}, "status": {"phase": "Running"}}""",
            "application/merge-patch+json");
        (Text(written["status"]!["phase"]), Text(written["spec"]!["transport"]), Text(written["metadata"]!["generation"]))
            .ShouldBe(("Running", "TCP", "1"));
        var (code, _) = await SendAsync(HttpMethod.Patch, Status, """{"status": {"phase": "Dreaming"}}""", "application/merge-patch+json");
        code.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [NeedsFact("crdserver")]
    public async Task A_media_operator_is_scaled_within_its_bounds()
    {
        var (code, made) = await SendAsync(HttpMethod.Post, Operators + "?fieldValidation=Strict", """
            {"apiVersion": "k8smediaflow.io/v1alpha1", "kind": "MediaOperator", "metadata": {"name": "scaled"}, "spec": {"pipeline": "p", "operator": "o"}}
            """);
        (code, Text(made["spec"]?["replicas"])).ShouldBe((HttpStatusCode.Created, "1"));
        await SendAsync(HttpMethod.Patch, Operators + "/scaled/status",
            """{"status": {"replicas": 1, "readyReplicas": 1, "selector": "a=b"}}""", "application/merge-patch+json");
        var (_, scale) = await SendAsync(HttpMethod.Get, Operators + "/scaled/scale");
        (Text(scale["spec"]!["replicas"]), Text(scale["status"]!["replicas"]), Text(scale["status"]!["selector"]))
            .ShouldBe(("1", "1", "a=b"));
        var (_, scaled) = await SendAsync(HttpMethod.Patch, Operators + "/scaled/scale", """{"spec": {"replicas": 3}}""",
            "application/merge-patch+json");
        Text(scaled["spec"]!["replicas"]).ShouldBe("3");
        var (refused, _) = await SendAsync(HttpMethod.Patch, Operators + "/scaled/scale", """{"spec": {"replicas": 65}}""",
            "application/merge-patch+json");
        refused.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [NeedsFact("crdserver")]
    public async Task What_is_stored_is_read_back_without_fault()
    {
        var (_, stored) = await CreateAsync(Named("read"));
        MediaPipelineReader.Read(stored, out var faults).ShouldNotBeNull(string.Join('\n', faults));
    }

    private Task<(HttpStatusCode Code, JsonObject Answer)> CreateAsync(JsonObject document) =>
        SendAsync(HttpMethod.Post, CrdServerCollection.Pipelines + "?fieldValidation=Strict", document.ToJsonString());

    private Task<(HttpStatusCode Code, JsonObject Answer)> SendAsync(HttpMethod method, string path, string? body = null,
        string type = "application/json") =>
        fixture.Server.SendAsync(method, path, body, type);

    private static JsonObject Named(string name)
    {
        var document = Documents.Small();
        document["metadata"]!["name"] = name;
        document["spec"]!["edges"]![0]!.AsObject().Remove("retain");
        return document;
    }

    private static string Text(JsonNode? node) => node?.ToString() ?? "";

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject thing =>
            new JsonObject(thing.OrderBy(one => one.Key, StringComparer.Ordinal)
                .Select(one => KeyValuePair.Create(one.Key, Sorted(one.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
