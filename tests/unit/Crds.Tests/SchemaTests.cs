using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.Generator;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.Tests;

/// <summary>What the API server demands of a schema, and what people expect of one.</summary>
public sealed class SchemaTests
{
    private static readonly Type[] Kinds = [typeof(MediaPipeline), typeof(MediaOperator)];

    [Fact]
    public void Every_field_has_a_description() =>
        All().Where(one => one.Schema["description"]?.GetValue<string>() is null or ""
            && !one.Path.EndsWith("metadata", StringComparison.Ordinal) && !one.Path.Contains("anyOf", StringComparison.Ordinal))
            .Select(one => one.Path).ShouldBeEmpty();

    [Fact]
    public void Every_schema_is_structural() =>
        All().Where(one => one.Schema["type"] is null && one.Schema["x-kubernetes-int-or-string"] is null).Select(one => one.Path)
            .ShouldBeEmpty();

    [Fact]
    public void Keys_of_lists_are_required_in_their_entries()
    {
        foreach (var (path, schema) in All().Where(one => one.Schema.ContainsKey("x-kubernetes-list-map-keys")))
            foreach (var key in schema["x-kubernetes-list-map-keys"]!.AsArray())
                schema["items"]!["required"]!.AsArray().Select(one => one!.GetValue<string>()).ShouldContain(key!.GetValue<string>(), path);
    }

    [Fact]
    public void A_default_is_one_of_the_choices() =>
        All().Where(one => one.Schema is { } schema && schema["enum"] is JsonArray choices && schema["default"] is { } value
            && choices.All(choice => choice!.GetValue<string>() != value.GetValue<string>())).Select(one => one.Path).ShouldBeEmpty();

    [Fact]
    public void Defaults_are_those_of_the_types()
    {
        Schema("spec.execution")["default"]!.GetValue<string>().ShouldBe("Streaming");
        Schema("spec.nodeLossSeconds")["default"]!.GetValue<int>().ShouldBe(30);
        Schema("spec.linkSilenceMilliseconds")["default"]!.GetValue<int>().ShouldBe(StagingNode.LinkSilenceMillisecondsDefault);
        Schema("spec.linkHungMilliseconds")["default"]!.GetValue<int>().ShouldBe(StagingNode.LinkHungMillisecondsDefault);
        Schema("spec.staging.polling.spinMicroseconds")["default"]!.GetValue<int>().ShouldBe(20);
        Schema("spec.edges[].delivery")["default"]!.GetValue<string>().ShouldBe("AtLeastOnce");
        Schema("spec.operators[]")["properties"]!["replicas"]!["default"].ShouldBeNull();
    }

    private static JsonObject Schema(string path) => All().First(one => one.Path == "MediaPipeline." + path).Schema;

    private static IEnumerable<(string Path, JsonObject Schema)> All() => Kinds.SelectMany(kind =>
        Below(kind.Name, KindDocument.Of(kind, cel: true)["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject()));

    private static IEnumerable<(string Path, JsonObject Schema)> Below(string path, JsonObject schema) =>
    [
        (path, schema),
        .. (schema["properties"]?.AsObject() ?? []).SelectMany(field => Below($"{path}.{field.Key}", field.Value!.AsObject())),
        .. schema["items"] is JsonObject items ? Below(path + "[]", items) : [],
        .. schema["additionalProperties"] is JsonObject values ? Below(path + "{}", values) : [],
    ];
}
