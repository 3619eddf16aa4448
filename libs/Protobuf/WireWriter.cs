using System.Buffers;
using System.Buffers.Binary;
using Kinds = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace K8sMediaFlow.Protobuf;

/// <summary>
/// A message to its bytes: fields by number, unknown ones behind. For tests and tools: each level is copied into the one above.
/// </summary>
public static class WireWriter
{
    public static byte[] ToBytes(ProtobufMessage message)
    {
        var output = new ArrayBufferWriter<byte>();
        Message(message, output);
        return output.WrittenSpan.ToArray();
    }

    private static void Message(ProtobufMessage message, ArrayBufferWriter<byte> output)
    {
        foreach (var (field, values) in message.Fields)
        {
            if (field.IsWrittenPacked)
                Packed(field, values, output);
            else
                Each(field, values, output);
        }

        foreach (var field in message.Unknown)
            Unknown(field, output);
    }

    private static void Each(MessageField field, IReadOnlyList<ProtobufValue> values, ArrayBufferWriter<byte> output)
    {
        foreach (var value in values)
        {
            Tag(field.Number, field.WireType, output);
            if (field.Kind == Kinds.Group)
                Group(field.Number, value.Message!, output);
            else if (field.IsMessage)
                Delimited(ToBytes(value.Message!), output);
            else if (field.IsBytes)
                Delimited(value.Bytes.Span, output);
            else
                Scalar(field, value.Bits, output);
        }
    }

    private static void Group(int number, ProtobufMessage message, ArrayBufferWriter<byte> output)
    {
        Message(message, output);
        Tag(number, WireType.EndGroup, output);
    }

    private static void Packed(MessageField field, IReadOnlyList<ProtobufValue> values, ArrayBufferWriter<byte> output)
    {
        var packed = new ArrayBufferWriter<byte>();
        foreach (var value in values)
            Scalar(field, value.Bits, packed);
        Tag(field.Number, WireType.LengthDelimited, output);
        Delimited(packed.WrittenSpan, output);
    }

    private static void Scalar(MessageField field, ulong bits, ArrayBufferWriter<byte> output) =>
        Scalar(field.WireType, Scalars.ToWire(field.Kind, bits), output);

    private static void Scalar(WireType type, ulong wire, ArrayBufferWriter<byte> output)
    {
        if (type == WireType.Varint)
        {
            Varint(wire, output);
            return;
        }

        var lengthBytes = type == WireType.Fixed32 ? 4 : 8;
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, wire);
        output.Write(bytes[..lengthBytes]);
    }

    private static void Unknown(UnknownField field, ArrayBufferWriter<byte> output)
    {
        Tag(field.Number, field.Type, output);
        if (field.Type == WireType.LengthDelimited)
            Delimited(field.Bytes.Span, output);
        else if (field.Type != WireType.StartGroup)
            Scalar(field.Type, field.Bits, output);
        foreach (var part in field.Group)
            Unknown(part, output);
        if (field.Type == WireType.StartGroup)
            Tag(field.Number, WireType.EndGroup, output);
    }

    private static void Delimited(ReadOnlySpan<byte> bytes, ArrayBufferWriter<byte> output)
    {
        Varint((ulong)bytes.Length, output);
        output.Write(bytes);
    }

    private static void Tag(int number, WireType type, ArrayBufferWriter<byte> output) => Varint(((ulong)number << 3) | (uint)type, output);

    private static void Varint(ulong value, ArrayBufferWriter<byte> output)
    {
        Span<byte> bytes = stackalloc byte[10];
        var count = 0;
        for (; value >= 0x80; value >>= 7)
            bytes[count++] = (byte)(value | 0x80);
        bytes[count++] = (byte)value;
        output.Write(bytes[..count]);
    }
}
