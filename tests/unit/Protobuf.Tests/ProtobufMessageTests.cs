using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Protobuf.Tests;

/// <summary>Reading: what counts where a field comes twice, and what bytes that are no message can cost.</summary>
public class ProtobufMessageTests
{
    [NeedsFact("protoc")]
    public void A_message_that_comes_again_is_merged_and_a_number_replaced()
    {
        var twice = Concat("modern.Everything", "scalars { an_int32: 1 a_bool: true } lists { int32s: 1 }",
            "scalars { an_int32: 2 a_string: \"s\" } lists { int32s: [2, 3] }");
        TextFormat.ToText(Reference.Modern.Parse("modern.Everything", twice)).ShouldBe(Reference.Modern.Decode("modern.Everything", twice));
    }

    [NeedsFact("protoc")]
    public void Of_a_oneof_the_last_member_counts()
    {
        foreach (var (first, second) in ((string, string)[])[("number: 1", "text: \"t\""),
            ("part { an_int32: 1 }", "part { a_bool: true }"), ("part { an_int32: 1 }", "number: 0")])
        {
            var twice = Concat("modern.Everything", first, second);
            TextFormat.ToText(Reference.Modern.Parse("modern.Everything", twice))
                .ShouldBe(Reference.Modern.Decode("modern.Everything", twice));
        }
    }

    [NeedsFact("protoc")]
    public void Packed_and_unpacked_are_read_alike()
    {
        byte[] unpacked = [3 << 3, 1, 3 << 3, 2];
        byte[] packed = [(3 << 3) | 2, 2, 1, 2];
        byte[] packedWhereNot = [(18 << 3) | 2 & 0x7f | 0x80, 1, 2, 1, 2];
        foreach (var bytes in (byte[][])[unpacked, packed, packedWhereNot])
            TextFormat.ToText(Reference.Modern.Parse("modern.Lists", bytes)).ShouldBe(Reference.Modern.Decode("modern.Lists", bytes));
        TextFormat.ToText(Reference.Modern.Parse("modern.Lists", packedWhereNot)).ShouldBe("unpacked: 1\nunpacked: 2\n");
    }

    [NeedsTheory("protoc")]
    [InlineData(new byte[] { 0x1a }, "byte 1: a number that is cut off")]
    [InlineData(new byte[] { 0x0a, 0x05, 0x00 }, "byte 2: a value that exceeds the message")]
    [InlineData(new byte[] { 0x07 }, "byte 1: a tag that is none")]
    [InlineData(new byte[] { 0x00 }, "byte 1: a tag that is none")]
    [InlineData(new byte[] { 0x0c }, "byte 1: the end of group 1 stands where that of none should")]
    [InlineData(new byte[] { 0x3b, 0x08 }, "byte 2: a number that is cut off")]
    [InlineData(new byte[] { 0x2a, 0x01, 0xff }, "byte 3: field text is no UTF-8")]
    [InlineData(new byte[] { 0x20, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 },
        "byte 1: a number of more than ten bytes")]
    public void Bytes_that_are_no_message_are_refused_with_their_place(byte[] bytes, string message) =>
        Should.Throw<ProtobufException>(() => Reference.Modern.Parse("modern.Everything", bytes)).Message.ShouldBe(message);

    [NeedsFact("protoc")]
    public void Depth_size_and_number_of_values_are_bounded()
    {
        var type = Reference.Modern.Schema.Message("modern.Everything");
        var deep = Array.Empty<byte>();
        for (var level = 0; level < 120; level++)
            deep = [0x42, .. Length(deep.Length), .. deep];
        Should.Throw<ProtobufException>(() => ProtobufMessage.Parse(deep, type)).Message.ShouldEndWith("the message nests too deep");
        Should.Throw<ProtobufException>(() => ProtobufMessage.Parse(Enumerable.Repeat((byte)0x7b, 200).ToArray(), type))
            .Message.ShouldEndWith("the message nests too deep");
        Should.Throw<ProtobufException>(() => ProtobufMessage.Parse(new byte[11], type, ReadLimits.Default with { SizeBytesMax = 10 }));
        var many = new byte[] { (3 << 3) | 2, 100 }.Concat(new byte[100]).ToArray();
        Should.Throw<ProtobufException>(() => ProtobufMessage.Parse(many, Reference.Modern.Schema.Message("modern.Lists"),
            ReadLimits.Default with
            {
                ValuesMax = 50,
            }))
            .Message.ShouldEndWith("the message has more than 50 values");
    }

    [NeedsFact("protoc")]
    public void A_schema_that_is_none_is_refused()
    {
        Should.Throw<ProtobufException>(() => ProtobufSchema.Load([0xff])).Message.ShouldStartWith("the schema is no FileDescriptorSet");
        Should.Throw<ProtobufException>(() => Reference.Modern.Schema.Message("Nothing"))
            .Message.ShouldStartWith("the schema has no message 'Nothing' (it has: ");
    }

    private static byte[] Length(int length) => length < 128 ? [(byte)length] : [(byte)(length & 0x7f | 0x80), (byte)(length >> 7)];

    private static byte[] Concat(string type, params string[] texts) => [.. texts.SelectMany(text => Reference.Modern.Encode(type, text))];
}
