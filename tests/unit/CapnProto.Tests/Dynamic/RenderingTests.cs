using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests.Dynamic;

/// <summary>Text and JSON, byte for byte as the reference prints them.</summary>
public class RenderingTests
{
    [NeedsTheory("capnp")]
    [InlineData("Scalars", "()")]
    [InlineData("Scalars", """
        (bool = true, int8 = -128, int16 = -32768, int32 = -2147483648, int64 = -9223372036854775808, uint8 = 255, uint16 = 65535,
        uint32 = 4294967295, uint64 = 18446744073709551615, float32 = 0.1, float64 = 0.1, colour = blue, text = "héllo \"w\"'\\\n\t\a\b\f\v\x01\x7f", data = 0x"00 01 7f 80 ff 22 27 5c 0a")
        """)]
    [InlineData("Scalars", "(float32 = inf, float64 = -inf)")]
    [InlineData("Scalars", "(float32 = 16777217, float64 = 100000000000000.125)")]
    [InlineData("Scalars", "(float32 = 9.9999995, float64 = 100000000000000.375)")]
    [InlineData("Scalars", "(float32 = 1e-05, float64 = 9007199254740993)")]
    [InlineData("Scalars", "(float32 = nan, float64 = nan)")]
    [InlineData("Scalars", "(text = \"a text that is far too long for a line of its own, so that others move\")")]
    [InlineData("Defaults", "()")]
    [InlineData("Defaults", "(bool = false, int8 = 0, text = \"\", either = (text = \"x\"))")]
    [InlineData("Defaults", "(either = (number = 0))")]
    [InlineData("Defaults", "(either = (list = []))")]
    [InlineData("Lists", "()")]
    [InlineData("Lists", """
        (voids = [void, void], bools = [true, false, true], int8s = [-1], int16s = [], int32s = [1, 2, 3], int64s = [-1, 9007199254740993],
        uint8s = [0, 255], uint64s = [18446744073709551615], float32s = [1.5, 3e38, 1e-45, inf], float64s = [1e15, 1e16, 123456789.125, 5e-324, 0.1, nan],
        colours = [red, blue], texts = ["", "a", "a longer text than the others are"], datas = ["", 0x"ff00"], structs = [(), (int8 = 1), (text = "x")],
        lists = [[], [1], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]], deep = [[["a", "b"], []], [], [["0123456789012345678901234567890"]]])
        """)]
    [InlineData("Lists", """
        (unions = [(name = "c", circle = 1.5), (square = 2), (rectangle = (width = 3)), (polygon = [(x = 1, y = 2), (y = 3)]),
        (unknown = void, filled = true), (other = (name = "deep", other = (border = (solid = (colour = blue))))), (border = (image = 0x"00"))])
        """)]
    [InlineData("Shape", "()")]
    [InlineData("Shape", "(polygon = [])")]
    public void What_the_reference_builds_is_printed_alike(string type, string text) =>
        Schemas.Every.ShouldRenderAlike(type, Schemas.Every.Encode(type, text));

    [NeedsTheory("capnp")]
    [InlineData("(textBox = (value = \"v\", next = (value = \"n\", inner = (value = \"i\", count = 3)), pair = (first = \"f\", second = \"s\")))")]
    [InlineData("(shapeBox = (value = (circle = 2), pair = (first = (filled = true), group = (again = (name = \"g\"), note = \"n\"))))")]
    [InlineData("(listBox = (value = [1, 2]), foreign = (value = (x = 1), count = 2))")]
    public void Parameters_of_generic_types_are_what_they_were_bound_to(string text) =>
        Schemas.Every.ShouldRenderAlike("Everything", Schemas.Every.Encode("Everything", text));

    [NeedsFact("capnp")]
    public void Annotations_change_the_json()
    {
        var schemas = Schemas.Annotated;
        foreach (var text in (string[])[
            "()",
            "(someName = \"n\", mood = veryHappy, base64 = \"hello\\xff\", hex = \"hello\\xff\", plain = \"hi\", flat = (one = 1, two = \"t\"))",
            "(prefixed = (one = 2, deep = (three = true)), inlined = (left = -1, right = [sad, veryHappy]), tagged = (number = 5), valued = (text = \"v\"))",
            "(tagged = (named = \"x\"), valued = (number = -1), spread = (box = (width = 3, radius = 0.5)))",
            "(animals = [(name = \"a\", cat = 1), (name = \"b\", dog = \"woof\"), (name = \"c\", ghost = void)])"])
            schemas.ShouldRenderAlike("Annotated", schemas.Encode("Annotated", text));
    }

    [NeedsFact("capnp")]
    public void What_a_newer_program_wrote_is_printed_as_far_as_it_is_known()
    {
        var schemas = Schemas.Every;
        schemas.ShouldRenderAlike("OldShape", schemas.Encode("Shape", "(name = \"s\", polygon = [], filled = true)"));
        schemas.ShouldRenderAlike("OldScalars", schemas.Encode("Scalars", "(int16 = 5, int64 = 6, text = \"t\")"));
        schemas.ShouldRenderAlike("Scalars", schemas.Encode("OldScalars", "(int16 = 5)"));
        schemas.ShouldRenderAlike("PointList", schemas.Encode("NumberList", "(values = [1, 2])"));
        schemas.ShouldRenderAlike("NumberList", schemas.Encode("PointList", "(values = [(x = 1, y = 2), (y = 4)])"));
    }

    [NeedsFact("capnp")]
    public void An_enumerant_that_is_not_known_is_printed_by_its_number()
    {
        var framed = Schemas.Every.Encode("Colours", "(colour = blue, colours = [blue, red])");
        Schemas.Every.ShouldRenderAlike("OldColours", framed);
        Rendered.Text(Schemas.Every.Schema.Struct("OldColours"), framed).ShouldContain("colours = [(2), red]");
    }

    [NeedsTheory("capnp")]
    [InlineData("frame.capnp", "FrameMessage", """
        (stream = 77, sequence = 1, presentationTimeNs = -5, media = (video = (width = 1920, height = 1080, pixelFormat = nv12,
        planes = [(strideBytes = 1920, rows = 1080), (offsetBytes = 2073600, strideBytes = 1920, rows = 540)])), metadata = [(name = "score", float64 = 0.5), (name = "tag", text = "goal")])
        """)]
    [InlineData("frame.capnp", "FrameMessage",
        "(media = (encoded = (schemaId = 12345678901234567890, schemaName = \"x.capnp:Y\")), payload0 = \"abc\")")]
    public void Our_own_messages_are_printed_alike(string file, string type, string text)
    {
        var schemas = Schemas.Of(
            Path.Combine(CapnpTool.Root, "src/Messages/Schema", file), Path.Combine(CapnpTool.Root, "libs/CapnProto.Compiler/Schema"));
        schemas.ShouldRenderAlike(type, schemas.Encode(type, text));
    }

    [NeedsFact("capnp")]
    public void A_schema_is_printed_by_its_own_schema()
    {
        var schema = Schemas.Of("/usr/include/capnp/schema.capnp");
        Rendered.Text(schema.Schema.Struct("CodeGeneratorRequest"), schema.Request)
            .ShouldBe(schema.Text("CodeGeneratorRequest", schema.Request).TrimEnd('\n'));
        Rendered.Text(schema.Schema.Struct("CodeGeneratorRequest"), Schemas.Every.Request)
            .ShouldBe(schema.Text("CodeGeneratorRequest", Schemas.Every.Request).TrimEnd('\n'));
    }
}
