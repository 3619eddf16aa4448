namespace K8sMediaFlow.Protobuf;

/// <summary>
/// One value of a field: the bits of a number, bool or enum as the wire has them (zigzag undone), or bytes, or a message.
/// </summary>
public readonly struct ProtobufValue
{
    public ProtobufValue(ulong bits) => Bits = bits;

    public ProtobufValue(ReadOnlyMemory<byte> bytes) => Bytes = bytes;

    public ProtobufValue(ProtobufMessage message) => Message = message;

    public ulong Bits { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    public ProtobufMessage? Message { get; }
}

/// <summary>A field that the schema does not know, or that is not what the schema says.</summary>
/// <param name="Number">Of the field.</param>
/// <param name="Type">How it is encoded on the wire.</param>
/// <param name="Bits">Of a number.</param>
/// <param name="Bytes">Of a length-delimited field.</param>
/// <param name="Group">Of a group.</param>
public sealed record UnknownField(int Number, WireType Type, ulong Bits, ReadOnlyMemory<byte> Bytes, IReadOnlyList<UnknownField> Group);
