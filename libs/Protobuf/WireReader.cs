using System.Buffers.Binary;

namespace K8sMediaFlow.Protobuf;

/// <summary>Tags and values of a message's bytes, one after the other. Every length is checked against what is there.</summary>
/// <param name="bytes">The message, or a part of it.</param>
/// <param name="offsetBytes">Where the part begins in the whole message.</param>
/// <param name="isCut">Whether tags and lengths of more than 32 bits count by their lowest 32, as where the reference guesses.</param>
internal struct WireReader(ReadOnlyMemory<byte> bytes, int offsetBytes, bool isCut = false)
{
    private int _position;

    public readonly bool IsAtEnd => _position == bytes.Length;

    /// <summary>Position in the whole message, for errors.</summary>
    public readonly int Offset => offsetBytes + _position;

    public (int Number, WireType Type) ReadTag()
    {
        var tag = ReadHead();
        var type = (WireType)(tag & 7);
        if (tag > uint.MaxValue || tag >> 3 == 0 || type > WireType.Fixed32)
            throw Wrong("a tag that is none");
        return ((int)(tag >> 3), type);
    }

    public ulong ReadVarint()
    {
        var result = 0UL;
        var rest = bytes.Span[_position..];
        for (var index = 0; index < 10; index++)
        {
            if (index == rest.Length)
                throw Wrong("a number that is cut off");
            result |= (ulong)(rest[index] & 0x7f) << (7 * index);
            if (rest[index] >= 0x80)
                continue;
            _position += index + 1;
            return result;
        }

        throw Wrong("a number of more than ten bytes");
    }

    public uint ReadFixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span);

    public ulong ReadFixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span);

    /// <summary>The bytes behind their length, and where they begin in the whole message.</summary>
    public (ReadOnlyMemory<byte> Bytes, int OffsetBytes) ReadBytes()
    {
        var length = ReadHead();
        if (length > int.MaxValue)
            throw Wrong("a length that exceeds the message");
        var offset = Offset;
        return (Take((int)length), offset);
    }

    public ulong ReadScalar(WireType type) => type switch
    {
        WireType.Varint => ReadVarint(),
        WireType.Fixed32 => ReadFixed32(),
        _ => ReadFixed64(),
    };

    public readonly ProtobufException Wrong(string what) => new($"byte {Offset}: {what}");

    /// <summary>A tag or a length.</summary>
    private ulong ReadHead() => isCut ? (uint)ReadVarint() : ReadVarint();

    private ReadOnlyMemory<byte> Take(int count)
    {
        if (count > bytes.Length - _position)
            throw Wrong("a value that exceeds the message");
        var taken = bytes.Slice(_position, count);
        _position += count;
        return taken;
    }
}
