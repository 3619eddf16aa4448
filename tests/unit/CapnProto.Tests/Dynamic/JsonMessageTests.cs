using K8sMediaFlow.CapnProto.Dynamic;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests.Dynamic;

/// <summary>JSON that is no message names the place; JSON that is one becomes it.</summary>
public class JsonMessageTests
{
    [NeedsTheory("capnp")]
    [InlineData("Scalars", """{"int8": 128}""", "$.int8: expected a whole number from -128 to 127, found 128")]
    [InlineData("Scalars", """{"int8": 1.5}""", "$.int8: expected a whole number from -128 to 127, found 1.5")]
    [InlineData("Scalars", """{"uint64": "18446744073709551616"}""",
        "$.uint64: expected a whole number from 0 to 18446744073709551615, found \"18446744073709551616\"")]
    [InlineData("Scalars", """{"bool": "true"}""", "$.bool: expected true or false, found \"true\"")]
    [InlineData("Scalars", """{"float32": 1e39}""", "$.float32: the number is too large for 32 bits")]
    [InlineData("Scalars", """{"colour": "pink"}""", "$.colour: Colour has no 'pink'")]
    [InlineData("Scalars", """{"text": 5}""", "$.text: expected a string, found 5")]
    [InlineData("Scalars", """{"text": "\ud800"}""", "$.text: half of a surrogate pair is no character")]
    [InlineData("Scalars", """{"\ud800": 1}""", "$: half of a surrogate pair is no character")]
    [InlineData("Scalars", """{"data": [1, 256]}""", "$.data[1]: expected a whole number from 0 to 255, found 256")]
    [InlineData("Scalars", """{"wrong": 1}""",
        "$.wrong: Scalars has no such member, or it belongs to a member of a union that is not in use")]
    [InlineData("Scalars", """{"int8": 1, "int8": 2}""", "$.int8: the object has this member twice")]
    [InlineData("Scalars", "[]", "$: expected an object (Scalars), found an array")]
    [InlineData("Lists", """{"structs": [{}, {"uint8": -1}]}""", "$.structs[1].uint8: expected a whole number from 0 to 255, found -1")]
    [InlineData("Lists", """{"deep": [[["a", 3]]]}""", "$.deep[0][0][1]: expected a string, found 3")]
    [InlineData("Lists", """{"int32s": {}}""", "$.int32s: expected an array (List(Int32)), found an object")]
    [InlineData("Lists", """{"voids": [null, 0]}""", "$.voids[1]: expected null, found 0")]
    [InlineData("Shape", """{"circle": 1, "square": 2}""", "$: 'circle' and 'square' are members of one union: only one can be set")]
    [InlineData("Shape", """{"border": {"solid": {"width": 256}}}""",
        "$.border.solid.width: expected a whole number from 0 to 255, found 256")]
    [InlineData("Everything", """{"any": {}}""", "$.any: a AnyPointer cannot be built from JSON")]
    public void A_mistake_is_named_with_its_place(string type, string json, string message) =>
        Should.Throw<JsonFaultException>(() => JsonMessage.Build(json, Schemas.Every.Schema.Struct(type))).Message.ShouldBe(message);

    [NeedsFact("capnp")]
    public void What_is_no_json_is_named_with_its_line() =>
        Should.Throw<JsonFaultException>(() => JsonMessage.Build("{\n  \"int8\": ,\n}", Schemas.Every.Schema.Struct("Scalars")))
            .Path.ShouldBe("line 2, byte 11");

    [NeedsFact("capnp")]
    public void What_is_no_utf8_is_no_json() =>
        Should.Throw<JsonFaultException>(() => JsonMessage.Build((byte[])[.. "{\""u8, 0xb5, .. "\": 1}"u8],
            Schemas.Every.Schema.Struct("Scalars")))
            .Message.ShouldBe("$: the text is not UTF-8");

    [NeedsFact("capnp")]
    public void A_message_beyond_its_limit_is_refused()
    {
        var json = System.Text.Encoding.UTF8.GetBytes($$"""{"text": "{{new string('x', 5000)}}"}""");
        var schema = Schemas.Every.Schema.Struct("Scalars");
        Should.Throw<CapnProtoException>(() => JsonMessage.Build(json, schema, 4096)).Error.ShouldBe(CapnProtoError.OutOfSpace);
        JsonMessage.Build(json, schema, 8192).Length.ShouldBeGreaterThan(5000);
    }

    [NeedsTheory("capnp")]
    [InlineData("{}")]
    [InlineData("""{"some_name": "n", "mood": "very-happy", "base64": "aGVsbG8=", "hex": "68656c6c6f", "plain": [1], "one": 1, "two": "t", "pre.one": 2, "pre.deep.three": true}""")]
    [InlineData("""{"in_left": -1, "in_right": ["sad", 7], "tagged": {"kind": "a-name", "a-name": "x"}, "valued": {"what": "text", "value": "v"}}""")]
    [InlineData("""{"spread": "box", "width": 3, "radius": 0.5, "animals": [{"name": "a", "species": "Dog!", "details": "woof"}, {"species": "ghost"}]}""")]
    public void Annotated_json_is_understood_as_the_reference_understands_it(string json)
    {
        var schemas = Schemas.Annotated;
        var ours = JsonMessage.Build(json, schemas.Schema.Struct("Annotated"));
        var theirs = schemas.FromJson("Annotated", json);
        Rendered.Text(schemas.Schema.Struct("Annotated"), ours).ShouldBe(Rendered.Text(schemas.Schema.Struct("Annotated"), theirs));
    }

    [NeedsTheory("capnp")]
    [InlineData("""{"hex": "6"}""", "$.hex: the string is not hexadecimal digits")]
    [InlineData("""{"base64": "?"}""", "$.base64: the string is not base64")]
    [InlineData("""{"spread": "star"}""", "$.spread: Annotated.spread has no member 'star'")]
    [InlineData("""{"spread": "circle", "width": 1}""",
        "$.width: Annotated has no such member, or it belongs to a member of a union that is not in use")]
    public void A_mistake_in_annotated_json_is_named_with_its_place(string json, string message) =>
        Should.Throw<JsonFaultException>(() => JsonMessage.Build(json, Schemas.Annotated.Schema.Struct("Annotated")))
            .Message.ShouldBe(message);
}
