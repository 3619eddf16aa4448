using System.Globalization;
using System.Text;
using System.Text.Json;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Protobuf.Tests;

/// <summary>JSON as Python's protobuf writes and reads it.</summary>
public class JsonFormatTests
{
    [NeedsTheory("protoc", "python3")]
    [InlineData("time { seconds: 1700000000 nanos: 120000000 } duration { seconds: -3 nanos: -5000 } mask { paths: [\"a_b.c_d\", \"e\"] } times {} times { seconds: -62135596800 nanos: 1 }")]
    [InlineData("struct { fields { key: \"n\" value { number_value: 1.5 } } fields { key: \"l\" value { list_value { values { bool_value: true } values { null_value: NULL_VALUE } } } } fields { key: \"s\" value { struct_value {} } } }")]
    [InlineData("value { string_value: \"v\" } list { values { number_value: -1 } } values { null_value: NULL_VALUE } values { struct_value { fields { key: \"k\" value { string_value: \"\" } } } }")]
    [InlineData("double_value { value: 1.5 } float_value { value: 0.1 } int64_value { value: -5 } uint64_value {} int32_value { value: 3 } uint32_value {} bool_value {} string_value { value: \"s\" } bytes_value { value: \"\\377\" } empty {}")]
    [InlineData("any { [type.googleapis.com/modern.Scalars] { an_int32: 5 a_string: \"x\" } } anys { [type.googleapis.com/google.protobuf.Duration] { seconds: 3 } } anys { [type.googleapis.com/google.protobuf.Any] { [type.googleapis.com/modern.Scalars] { a_bool: true } } }")]
    [InlineData("durations { key: \"a\" value { nanos: 1000000 } } optional_null: NULL_VALUE anys {}")]
    public void The_well_known_types_have_forms_of_their_own(string text) =>
        ShouldBeAlike(Reference.Modern, "modern.WellKnown", [Reference.Modern.Encode("modern.WellKnown", text)]);

    [NeedsTheory("protoc", "python3")]
    [InlineData("modern.Scalars")]
    [InlineData("modern.Lists")]
    [InlineData("modern.Maps")]
    [InlineData("modern.Everything")]
    [InlineData("classic.Old")]
    public void Random_messages_are_the_same_json(string type)
    {
        var reference = type.StartsWith("modern", StringComparison.Ordinal) ? Reference.Modern : Reference.Classic;
        var random = new RandomMessages(new Random(Seed.Take(nameof(Random_messages_are_the_same_json))))
        {
            // Python 4.21 forgets the brackets of a repeated extension.
            Without = "[classic.olds]",
        };
        ShouldBeAlike(reference, type, [.. Enumerable.Range(0, 300)
            .Select(_ => WireWriter.ToBytes(random.Message(reference.Schema.Message(type))))]);
    }

    [NeedsFact("protoc", "python3")]
    public void What_the_reference_refuses_to_show_is_an_error()
    {
        foreach (var text in (string[])["time { seconds: 253402300800 }", "time { nanos: -1 }", "duration { seconds: 1 nanos: -1 }",
            "value { number_value: nan }", "any { type_url: \"a/b.Missing\" }"])
        {
            var message = Reference.Modern.Encode("modern.WellKnown", text);
            Should.Throw<ProtobufException>(() => Reference.Modern.OurJson("modern.WellKnown", message));
        }
    }

    [NeedsTheory("protoc", "python3")]
    [InlineData("modern.Scalars",
        """{"anInt32": 1e3, "a_uint64": "7", "aBytes": "_-8", "aColour": 2, "aFloat": "NaN", "aDouble": "-Infinity", "anOptional": 0, "aString": null}""")]
    [InlineData("modern.Everything", """{"otherName": 5, "text": "", "nested": {"deeper": [{}, {"value": 1}]}}""")]
    [InlineData("modern.Maps",
        """{"byInt32": {"-1": "a", "2": "b"}, "byBool": {"true": "AA=="}, "byUint64": {"18446744073709551615": {}}, "by_string": {"": "BLUE"}}""")]
    [InlineData("modern.WellKnown",
        """{"time": "2023-11-14T22:13:20.12+01:00", "duration": "-1.000000001s", "mask": "aB.cD,e", "struct": {"a": [1, null, {"b": false}]}, "value": null, "list": [[]], "doubleValue": "Infinity", "stringValue": null, "nullValue": null}""")]
    [InlineData("modern.WellKnown",
        """{"any": {"@type": "x/modern.Scalars", "anInt32": 1}, "anys": [{"@type": "x/google.protobuf.Timestamp", "value": "1970-01-01T00:00:01Z"}, {}], "empty": {}}""")]
    public void Json_is_understood_as_the_reference_understands_it(string type, string json)
    {
        var ours = JsonParser.Parse(json, Reference.Modern.Schema.Message(type), Reference.Modern.Schema);
        var theirs = Reference.Modern.FromJson(type, [json])[0].ShouldNotBeNull();
        TextFormat.ToText(ours).ShouldBe(TextFormat.ToText(Reference.Modern.Parse(type, theirs)));
    }

    [NeedsTheory("protoc")]
    [InlineData("""{"scalars": {"anInt32": 2147483648}}""",
        "$.scalars.anInt32: expected a whole number from -2147483648 to 2147483647, found 2147483648")]
    [InlineData("""{"lists": {"uint32s": [1, -1]}}""", "$.lists.uint32s[1]: expected a whole number from 0 to 4294967295, found -1")]
    [InlineData("""{"lists": {"scalars": {}}}""", "$.lists.scalars: expected an array, found an object")]
    [InlineData("""{"maps": {"byBool": {"yes": ""}}}""", "$.maps.byBool.yes: expected true or false, found \"yes\"")]
    [InlineData("""{"colour": "PINK"}""", "$.colour: modern.Colour has no 'PINK'")]
    [InlineData("""{"text": "a", "number": 1}""", "$.number: 'text' of the same oneof is set already")]
    [InlineData("""{"wrong": 1}""", "$.wrong: modern.Everything has no such field")]
    [InlineData("""{"scalars": {"aBytes": "?"}}""", "$.scalars.aBytes: the string is not base64")]
    [InlineData("""{"scalars": {"aFloat": 1e39}}""", "$.scalars.aFloat: the number is too large for 32 bits")]
    public void A_mistake_is_named_with_its_place(string json, string message) =>
        Should.Throw<ProtobufException>(() => JsonParser.Parse(json, Reference.Modern.Schema.Message("modern.Everything"),
            Reference.Modern.Schema))
            .Message.ShouldBe(message);

    [NeedsFact("protoc")]
    public void What_is_left_out_is_said_in_its_place()
    {
        var message = Reference.Modern.Parse("modern.Lists",
            Reference.Modern.Encode("modern.Lists", "int32s: [1, 2, 3, 4] strings: \"abcdef\" datas: \"abcdef\""));
        JsonFormat.ToJson(message, Reference.Modern.Schema, new RenderOptions { ElementsMax = 2, BytesMax = 3, IsPretty = false })
            .ShouldBe("""{"int32s":[1,2,"… 2 more"],"strings":["abc… 3 bytes more"],"datas":["YWJj… 3 bytes more"]}""");
        Should.Throw<ProtobufException>(() => JsonFormat.ToJson(message, Reference.Modern.Schema, new RenderOptions
        {
            OutputBytesMax = 10,
        }));
    }

    /// <summary>The same tree by values; and read back, by us from theirs and by them from ours, the same messages.</summary>
    private static void ShouldBeAlike(Reference reference, string type, byte[][] messages)
    {
        var theirs = reference.ToJson(type, messages);
        var ours = messages.Select(message => reference.OurJson(type, message)).ToList();
        var back = reference.FromJson(type, ours);
        for (var index = 0; index < messages.Length; index++)
        {
            Canonical(JsonDocument.Parse(ours[index]).RootElement)
                .ShouldBe(Canonical(JsonDocument.Parse(theirs[index].ShouldNotBeNull()).RootElement));
            var text = TextFormat.ToText(JsonParser.Parse(theirs[index]!, reference.Schema.Message(type), reference.Schema));
            text.ShouldBe(TextFormat.ToText(reference.Parse(type, back[index].ShouldNotBeNull(ours[index]))));
        }
    }

    private static string Canonical(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(",", element.EnumerateObject().OrderBy(one => one.Name, StringComparer.Ordinal)
            .Select(one => JsonSerializer.Serialize(one.Name) + ":" + Canonical(one.Value))) + "}",
        JsonValueKind.Array => "[" + string.Join(",", element.EnumerateArray().Select(Canonical)) + "]",
        JsonValueKind.String => JsonSerializer.Serialize(element.GetString()),
        // Shortest digits of a denormal depend on how wide one takes it to be.
        JsonValueKind.Number when Math.Abs(element.GetDouble()) < 1e-37 =>
            ((float)element.GetDouble()).ToString("R", CultureInfo.InvariantCulture),
        JsonValueKind.Number => element.GetDouble().ToString("R", CultureInfo.InvariantCulture),
        _ => element.GetRawText(),
    };
}
