using System.Buffers.Binary;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>
/// The bytes of a verbs offer: the receiver's card, then epoch u32, key of the block area u32, its address u64 and length u64.
/// </summary>
internal sealed record VerbsOfferPayload(QueuePairInfo Card, uint Epoch, uint AreaKey, ulong AreaAddress, ulong AreaLengthBytes)
{
    private const int KeyOffset = 4, AddressOffset = 8, LengthOffset = 16, OwnBytes = 24;

    public byte[] ToBytes()
    {
        var bytes = new byte[Card.SizeBytes + OwnBytes];
        Card.Write(bytes);
        var own = bytes.AsSpan(Card.SizeBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(own, Epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(own[KeyOffset..], AreaKey);
        BinaryPrimitives.WriteUInt64LittleEndian(own[AddressOffset..], AreaAddress);
        BinaryPrimitives.WriteUInt64LittleEndian(own[LengthOffset..], AreaLengthBytes);
        return bytes;
    }

    /// <exception cref="FabricException"><see cref="FabricError.Incompatible"/></exception>
    public static VerbsOfferPayload Read(ReadOnlySpan<byte> bytes)
    {
        var card = QueuePairInfo.Read(bytes);
        if (bytes.Length != card.SizeBytes + OwnBytes)
            throw new FabricException(FabricError.Incompatible, $"{bytes.Length} bytes are no verbs offer");
        var own = bytes[card.SizeBytes..];
        return new VerbsOfferPayload(
            card,
            BinaryPrimitives.ReadUInt32LittleEndian(own),
            BinaryPrimitives.ReadUInt32LittleEndian(own[KeyOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(own[AddressOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(own[LengthOffset..]));
    }
}
