using System.Buffers.Binary;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>The bytes of a verbs offer: the receiver's card, then epoch u32, key of the block area u32, its address u64 and length u64.</summary>
internal sealed record VerbsInvitation(VerbsCard Card, uint Epoch, uint AreaKey, ulong AreaAddress, ulong AreaLengthBytes)
{
    private const int EpochOffset = VerbsCard.SizeBytes, KeyOffset = EpochOffset + 4, AddressOffset = KeyOffset + 4, LengthOffset = AddressOffset + 8,
        SizeBytes = LengthOffset + 8;

    public byte[] ToBytes()
    {
        var bytes = new byte[SizeBytes];
        Card.Write(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(EpochOffset), Epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(KeyOffset), AreaKey);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(AddressOffset), AreaAddress);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(LengthOffset), AreaLengthBytes);
        return bytes;
    }

    /// <exception cref="FabricException"><see cref="FabricError.Incompatible"/></exception>
    public static VerbsInvitation Read(ReadOnlySpan<byte> bytes)
    {
        var card = VerbsCard.Read(bytes);
        if (bytes.Length != SizeBytes)
            throw new FabricException(FabricError.Incompatible, $"{bytes.Length} bytes are no verbs offer");
        return new VerbsInvitation(
            card,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[EpochOffset..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[KeyOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[AddressOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[LengthOffset..]));
    }
}
