using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Protobuf.Tests;

/// <summary>Text, byte for byte as protoc prints it.</summary>
public class TextFormatTests
{
    [NeedsTheory("protoc")]
    [InlineData("modern.Scalars", "")]
    [InlineData("modern.Scalars",
        "a_double: 0.1 a_float: 0.1 an_int32: -1 an_int64: -9223372036854775808 a_uint64: 18446744073709551615 a_sint32: -2147483648 a_bool: true")]
    [InlineData("modern.Scalars",
        "a_double: 1e100 a_float: 1e20 a_fixed32: 4294967295 an_sfixed64: -1 a_string: \"h\\303\\251\\n\\t\\\"'\\\\\\177\" a_bytes: \"\\000\\377\" a_colour: BLUE")]
    [InlineData("modern.Scalars", "a_double: inf a_float: -inf a_colour: 77 an_optional: 0 an_optional_string: \"\"")]
    [InlineData("modern.Lists",
        "int32s: [1, -1, 2147483647] bools: [true, false] strings: [\"a\", \"\"] datas: \"x\" colours: [RED, 5] scalars {} scalars { a_bool: true } unpacked: [1, 2]")]
    [InlineData("modern.Maps",
        "by_int32 { key: 2 value: \"b\" } by_int32 { key: -1 value: \"a\" } by_int32 { key: 2 value: \"c\" } by_bool { key: true } by_bool { } by_string { key: \"z\" } by_string { key: \"a\" value: BLUE }")]
    [InlineData("modern.Everything",
        "inner { text: \"t\" inner { part { an_int32: 3 } } } nested { deeper { value: 1 } deeper { } } named: 4 colour: GREEN")]
    public void What_protoc_encodes_is_printed_alike(string type, string text) =>
        ShouldPrintAlike(Reference.Modern, type, Reference.Modern.Encode(type, text));

    [NeedsTheory("protoc")]
    [InlineData("id: 1 text: \"x\" Part { value: 3 old { id: 4 } } Many { data: \"\\377\" } Many { } small: -5 colours { key: \"a\" value: LIGHT }")]
    [InlineData("id: 1 numbers: [1, 2] packed: [3, 4] a_float: nan many_colours: [RED, NONE]")]
    [InlineData("id: 1 [classic.extra]: 5 [classic.olds] { id: 2 } [classic.Scope.inside]: \"in\"")]
    public void Groups_and_extensions_are_printed_alike(string text)
    {
        var message = Reference.Classic.Encode("classic.Old", text);
        ShouldPrintAlike(Reference.Classic, "classic.Old", message);
        ShouldPrintAlike(Reference.Classic, "classic.Less", message);
        ShouldPrintAlike(Reference.Classic, "classic.Empty", message);
    }

    [NeedsFact("protoc")]
    public void Random_messages_are_printed_alike_known_and_unknown()
    {
        var random = new RandomMessages(new Random(Seed.Take(nameof(Random_messages_are_printed_alike_known_and_unknown))));
        foreach (var (reference, type) in ((Reference, string)[])[(Reference.Modern, "modern.Everything"),
            (Reference.Modern, "modern.Lists"), (Reference.Classic, "classic.Old")])
        {
            for (var count = 0; count < 40; count++)
            {
                var message = WireWriter.ToBytes(random.Message(reference.Schema.Message(type)));
                ShouldPrintAlike(reference, type, message);
                ShouldPrintAlike(Reference.Classic, "classic.Empty", message);
            }
        }
    }

    /// <summary>
    /// Whether unknown bytes are a message is a guess, which only the reference's own rules make alike: one call for many of them.
    /// </summary>
    [NeedsFact("protoc")]
    public void Unknown_bytes_are_taken_for_a_message_where_protoc_takes_them_for_one()
    {
        var random = new Random(Seed.Take(nameof(Unknown_bytes_are_taken_for_a_message_where_protoc_takes_them_for_one)));
        var bytes = Enumerable.Range(0, 2000).Select(_ => RandomWire.Bytes(random)).ToList();
        var message = bytes.SelectMany(one => (byte[])[(1 << 3) | 2, (byte)(one.Length & 0x7f | 0x80), (byte)(one.Length >> 7), .. one])
            .ToArray();
        ShouldPrintAlike(Reference.Classic, "classic.Empty", message);
    }

    [NeedsFact("protoc")]
    public void What_protoc_encodes_from_our_text_is_what_we_wrote()
    {
        var random = new RandomMessages(new Random(Seed.Take(nameof(What_protoc_encodes_from_our_text_is_what_we_wrote))));
        for (var count = 0; count < 30; count++)
        {
            var text = TextFormat.ToText(random.Message(Reference.Modern.Schema.Message("modern.Everything")));
            TextFormat.ToText(Reference.Modern.Parse("modern.Everything", Reference.Modern.Encode("modern.Everything", text)))
                .ShouldBe(text);
        }
    }

    [NeedsFact("protoc")]
    public void A_descriptor_set_describes_itself()
    {
        var set = Tool.Run("protoc", ["-I/usr/include", "--include_imports", "--descriptor_set_out=/dev/stdout",
            "google/protobuf/descriptor.proto"]);
        var schema = ProtobufSchema.Load(set);
        var text = TextFormat.ToText(ProtobufMessage.Parse(set, schema.Message("google.protobuf.FileDescriptorSet")));
        text.ShouldBe(System.Text.Encoding.UTF8.GetString(
            Tool.Run("protoc", ["-I/usr/include", "--decode=google.protobuf.FileDescriptorSet", "google/protobuf/descriptor.proto"], set)));
    }

    [NeedsFact("protoc")]
    public void What_is_left_out_is_said_in_its_place()
    {
        var message = Reference.Modern.Parse("modern.Lists",
            Reference.Modern.Encode("modern.Lists", "int32s: [1, 2, 3, 4] strings: \"abcdef\""));
        TextFormat.ToText(message, new RenderOptions { ElementsMax = 2, BytesMax = 3 })
            .ShouldBe("int32s: 1\nint32s: 2\n# … 2 more of int32s\nstrings: \"abc\" # … 3 bytes more\n");
        Should.Throw<ProtobufException>(() => TextFormat.ToText(message, new RenderOptions { OutputBytesMax = 20 }))
            .Message.ShouldContain("more than 20 bytes");
    }

    private static void ShouldPrintAlike(Reference reference, string type, byte[] message) =>
        TextFormat.ToText(reference.Parse(type, message)).ShouldBe(reference.Decode(type, message));
}
