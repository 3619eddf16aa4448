using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;

namespace K8sMediaFlow.Crds.Tests;

public sealed class MediaPipelineReaderTests
{
    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var pipeline = MediaPipelineReader.Read(Documents.Small(), out var faults).ShouldNotBeNull(string.Join('\n', faults));
        pipeline.Spec.NodeLossSeconds.ShouldBe(30);
        pipeline.Spec.Groups.ShouldBeEmpty();
        pipeline.Spec.Operators[0].Inputs.ShouldBeEmpty();
        pipeline.Spec.Operators[0].Replicas.ShouldBeNull();
    }

    [Fact]
    public void An_unknown_field_is_named_with_the_one_that_was_meant() =>
        Faults(document => Operator(document, 1)["replcas"] = 3)
            .ShouldContain(new DocumentFault("spec.operators[1].replcas", "unknown field 'replcas' (did you mean 'replicas'?)"));

    [Fact]
    public void A_missing_field_is_named() =>
        Faults(document => Operator(document, 0).Remove("image"))
            .ShouldContain(new DocumentFault("spec.operators[0].image", "field 'image' is missing"));

    [Fact]
    public void A_missing_field_of_caps_is_named() =>
        Faults(document => Caps(document).Remove("height"))
            .ShouldContain(fault => fault.Path == "spec.operators[0].outputs[0].caps.video.height");

    [Fact]
    public void An_unknown_value_of_a_choice_is_named_with_the_choices() =>
        Faults(document => document["spec"]!["transport"] = "tpc").Single()
            .Message.ShouldBe("'tpc' is not one of Auto, RDMA, TCP (did you mean 'TCP'?)");

    [Fact]
    public void A_number_is_no_choice() => Faults(document => document["spec"]!["transport"] = 2).Single().Path.ShouldBe("spec.transport");

    [Fact]
    public void A_number_where_text_is_expected_is_told_how_to_become_text() =>
        Faults(document => Caps(document)["frameRate"] = 30).Single().Message.ShouldBe("is 30; a rate is written as text: write \"30\"");

    [Theory]
    [InlineData("29.97", "write \"2997/100\", or \"30000/1001\"")]
    [InlineData("\"23.976\"", "write \"2997/125\", or \"24000/1001\"")]
    [InlineData("12.5", "write \"25/2\"")]
    [InlineData("25.0", "write \"25\"")]
    [InlineData("-25", "a rate such as")]
    [InlineData("1e3", "a rate such as")]
    public void A_rate_is_told_how_it_is_written_with_the_same_value(string value, string part) =>
        Faults(document => Caps(document)["frameRate"] = JsonNode.Parse(value)).Single().Message.ShouldContain(part);

    [Theory]
    [InlineData("labels", "a b", "\"x\"")]
    [InlineData("labels", "-a", "\"x\"")]
    [InlineData("labels", "team", "\"a b\"")]
    [InlineData("labels", "team", "true")]
    [InlineData("annotations", "a/b/c", "\"x\"")]
    [InlineData("annotations", "note", "1")]
    public void Labels_and_annotations_that_a_server_refuses_are_refused(string field, string key, string value) =>
        Faults(document => document["metadata"]![field] = new JsonObject { [key] = JsonNode.Parse(value) }).Single()
            .Path.ShouldBe($"metadata.{field}.{key}");

    [Fact]
    public void A_rate_with_a_point_is_refused() =>
        Faults(document => Caps(document)["frameRate"] = "29.97").Single().Message.ShouldContain("30000/1001");

    [Theory]
    [InlineData("\"two\"")]
    [InlineData("2.5")]
    [InlineData("99999999999")]
    [InlineData("{}")]
    [InlineData("[2]")]
    [InlineData("true")]
    public void Replicas_that_are_no_whole_number_are_refused(string value) =>
        Faults(document => Operator(document, 1)["replicas"] = JsonNode.Parse(value)).Single()
            .Message.ShouldContain("a whole number is expected");

    [Fact]
    public void A_list_where_an_object_is_expected_is_refused() =>
        Faults(document => document["spec"] = new JsonArray()).Single()
            .ShouldBe(new DocumentFault("spec", "is a list; an object is expected"));

    [Fact]
    public void Everything_that_is_wrong_is_named_at_once() => Faults(document =>
    {
        document["spec"]!["edges"]![0]!["form"] = "x";
        Operator(document, 1)["image"] = 7;
    }).Count.ShouldBe(2);

    [Fact]
    public void An_empty_value_means_not_set() => Faults(document => Operator(document, 1)["replicas"] = null).ShouldBeEmpty();

    [Fact]
    public void A_volume_of_the_host_is_an_unknown_field() =>
        Faults(document => document["spec"]!["volumes"]![0]!["hostPath"] = new JsonObject()).Single()
            .Path.ShouldBe("spec.volumes[0].hostPath");

    [Theory]
    [InlineData("apiVersion", "v1")]
    [InlineData("kind", "Pod")]
    public void Another_kind_of_object_gets_one_sentence(string field, string value) =>
        Faults(document => document[field] = value).Single().Path.ShouldBe(field);

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{}")]
    public void What_is_no_pipeline_is_refused(string text)
    {
        MediaPipelineReader.Read(JsonNode.Parse(text), out var faults).ShouldBeNull();
        faults.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_fetched_object_with_what_the_server_wrote_is_accepted() => Faults(document =>
    {
        document["metadata"]!["uid"] = "1-2-3";
        document["metadata"]!["managedFields"] = new JsonArray(new JsonObject { ["manager"] = "kubectl" });
        document["status"] = new JsonObject { ["phase"] = "Running" };
    }).ShouldBeEmpty();

    private static JsonObject Operator(JsonObject document, int i) => document["spec"]!["operators"]![i]!.AsObject();

    private static JsonObject Caps(JsonObject document) => Operator(document, 0)["outputs"]![0]!["caps"]!["video"]!.AsObject();

    private static IReadOnlyList<DocumentFault> Faults(Action<JsonObject> spoil)
    {
        var document = Documents.Small();
        spoil(document);
        var pipeline = MediaPipelineReader.Read(document, out var faults);
        (pipeline is null).ShouldBe(faults.Count > 0);
        return faults;
    }
}
