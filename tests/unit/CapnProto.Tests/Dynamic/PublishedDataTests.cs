using System.Text.Json;
using K8sMediaFlow.CapnProto.Dynamic;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests.Dynamic;

/// <summary>The reference project's published messages, and the texts and JSON that it says they are.</summary>
public class PublishedDataTests
{
    private const string Data = "capnproto test data";

    [NeedsFact("capnp", Data)]
    public void Every_published_file_has_its_test()
    {
        PublishedData.Names(isMessage: true).ShouldBe(["binary", "flat", "packed", "packedflat", "segmented", "segmented-packed"]);
        PublishedData.Names(isMessage: false).ShouldBe([
            "annotated-json.binary", "annotated.json",
            "errors.capnp.nobuild", "errors.txt", "errors2.capnp.nobuild", "errors2.txt",   // of the compiler: CapnProto.Corpus.Tests
            "lists.binary", "pretty.json", "pretty.txt", "short.json", "short.txt",
        ]);
    }

    [NeedsTheory("capnp", Data)]
    [InlineData("binary")]
    [InlineData("flat")]
    [InlineData("packed")]
    [InlineData("packedflat")]
    [InlineData("segmented")]
    [InlineData("segmented-packed")]
    public void A_published_message_is_printed_as_it_is_published(string name)
    {
        var schema = PublishedData.Schemas.Schema.Struct("TestAllTypes");
        var message = PublishedData.Message(name);
        Rendering.ToText(ref message, schema).ShouldBe(PublishedData.Text("pretty.txt"));
        Rendering.ToText(ref message, schema, RenderOptions.OneLine).ShouldBe(PublishedData.Text("short.txt"));
        Rendering.ToJson(ref message, schema).ShouldBe(PublishedData.Text("pretty.json"));
        Rendering.ToJson(ref message, schema, RenderOptions.OneLine).ShouldBe(PublishedData.Text("short.json"));
    }

    [NeedsFact("capnp", Data)]
    public void A_published_message_is_in_as_many_segments_as_its_file_says()
    {
        PublishedData.Message("segmented").SegmentCount.ShouldBe(BitConverter.ToInt32(PublishedData.Bytes("segmented")) + 1);
        PublishedData.Message("segmented-packed").SegmentCount.ShouldBeGreaterThan(1);
        PublishedData.Message("binary").SegmentCount.ShouldBe(1);
    }

    /// <summary>No two packers need to agree; ours does with the one that published these.</summary>
    [NeedsFact("capnp", Data)]
    public void What_we_pack_is_what_is_published()
    {
        var words = PublishedData.Bytes("flat");
        var packed = new byte[PackedEncoding.SizeBytesMax(words.Length)];
        PackedEncoding.Pack(words, packed, out _, out var written);
        packed[..written].ShouldBe(PublishedData.Bytes("packedflat"));
    }

    [NeedsTheory("capnp", Data)]
    [InlineData("pretty.json")]
    [InlineData("short.json")]
    public void The_published_json_becomes_the_published_message(string name)
    {
        var schema = PublishedData.Schemas.Schema.Struct("TestAllTypes");
        Rendered.Text(schema, JsonMessage.Build(PublishedData.Text(name), schema)).ShouldBe(PublishedData.Text("pretty.txt"));
    }

    [NeedsFact("capnp", Data)]
    public void The_published_lists_are_printed_as_the_reference_prints_them()
    {
        PublishedData.Schemas.ShouldRenderAlike("TestLists", PublishedData.Bytes("lists.binary"));
        Rendered.Text(PublishedData.Schemas.Schema.Struct("TestLists"), PublishedData.Bytes("lists.binary"), RenderOptions.OneLine)
            .ShouldContain("listP = [(f = \"foo\"), (f = \"bar\")], int32ListList = [[1, 2, 3], [4, 5], [12341234]]");
    }

    [NeedsFact("capnp", Data)]
    public void The_published_annotated_message_is_the_published_json_and_the_reverse()
    {
        var schema = PublishedData.JsonSchemas.Schema.Struct("TestJsonAnnotations");
        var published = JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(PublishedData.Text("annotated.json")));
        Rendered.Json(schema, PublishedData.Bytes("annotated-json.binary"), RenderOptions.OneLine).ShouldBe(published);
        Rendered.Text(schema, JsonMessage.Build(published, schema))
            .ShouldBe(Rendered.Text(schema, PublishedData.Bytes("annotated-json.binary")));
        PublishedData.JsonSchemas.ShouldRenderAlike("TestJsonAnnotations", PublishedData.Bytes("annotated-json.binary"));
    }

    /// <summary>Of the installed json.capnp: it is everyone's.</summary>
    [NeedsTheory("capnp")]
    [InlineData("null")]
    [InlineData("-1.5")]
    [InlineData("\"a \\\"b\\\" \\u0001 é\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[true,[1,[2,[]]],{\"a\":null}]")]
    [InlineData("{\"one\":1,\"many\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19],\"deep\":{\"a long name of a member of an object\":{\"a\":\"and its value\",\"b\":false}}}")]
    public void Json_that_a_message_holds_is_that_json(string json)
    {
        var schemas = Schemas.Of("/usr/include/capnp/compat/json.capnp");
        var framed = JsonMessage.Build(json, schemas.Schema.Struct("Value"));
        Rendered.Json(schemas.Schema.Struct("Value"), framed, RenderOptions.OneLine).ShouldBe(json);
        schemas.ShouldRenderAlike("Value", framed);
        Rendered.Text(schemas.Schema.Struct("Value"), schemas.FromJson("Value", json))
            .ShouldBe(Rendered.Text(schemas.Schema.Struct("Value"), framed));
    }

    [NeedsFact("capnp")]
    public void A_call_that_a_message_holds_is_no_json_and_written_as_the_struct_that_it_is()
    {
        var schemas = Schemas.Of("/usr/include/capnp/compat/json.capnp");
        var framed = schemas.Encode("Value", "(call = (function = \"f\", params = [(number = 1), (number = nan)]))");
        Rendered.Json(schemas.Schema.Struct("Value"), framed, RenderOptions.OneLine)
            .ShouldBe("""{"call":{"function":"f","params":[1,"NaN"]}}""");
    }
}
