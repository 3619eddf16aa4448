using System.Buffers.Binary;
using System.Security.Cryptography;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>
/// What each end tells the other of its queue pairs: version u8 (2), their count u8 (1..8), path MTU u16, first queue pair u32, first
/// packet u32 (of all), nonce 16 bytes, GID 16 bytes, then a u32 for each further queue pair. The nonce is the proposal's, and the offer
/// repeats it: an offer opens nothing but the proposal that it answers.
/// </summary>
internal sealed record QueuePairInfo(int MtuBytes, uint[] Numbers, uint FirstPacket, byte[] Nonce, byte[] Gid)
{
    private const byte Version = 2;
    private const int CountOffset = 1, MtuOffset = 2, FirstOffset = 4, PacketOffset = 8, NonceOffset = 12, GidOffset = 28,
        FurtherOffset = 44, PartBytes = 16;
    private const uint PacketMask = (1 << 24) - 1;

    public int SizeBytes => FurtherOffset + (Numbers.Length - 1) * sizeof(uint);

    public static byte[] NewNonce() => RandomNumberGenerator.GetBytes(PartBytes);

    /// <summary>
    /// Where the numbering of packets begins: 24 bits, another in every epoch, so that a straggler of an old one is not taken.
    /// </summary>
    public static uint NewFirstPacket() => BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))) & PacketMask;

    public void Write(Span<byte> bytes)
    {
        Invariant.That(Numbers.Length is >= 1 and <= FabricOptions.QueuePairsMax && FirstPacket <= PacketMask);
        bytes[0] = Version;
        bytes[CountOffset] = (byte)Numbers.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[MtuOffset..], (ushort)MtuBytes);
        for (var index = 0; index < Numbers.Length; index++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[NumberOffset(index)..], Numbers[index]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[PacketOffset..], FirstPacket);
        Nonce.CopyTo(bytes[NonceOffset..]);
        Gid.CopyTo(bytes[GidOffset..]);
    }

    /// <exception cref="FabricException"><see cref="FabricError.Incompatible"/></exception>
    public static QueuePairInfo Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FurtherOffset || bytes[0] != Version)
            throw new FabricException(FabricError.Incompatible,
                $"{bytes.Length} bytes are no verbs proposal or offer of version {Version}");
        var mtu = BinaryPrimitives.ReadUInt16LittleEndian(bytes[MtuOffset..]);
        var packet = BinaryPrimitives.ReadUInt32LittleEndian(bytes[PacketOffset..]);
        if (mtu is not (256 or 512 or 1024 or 2048 or 4096))
            throw new FabricException(FabricError.Incompatible, $"a path MTU of {mtu} bytes");
        if (packet > PacketMask)
            throw new FabricException(FabricError.Incompatible, $"first packet {packet:x} has more than 24 bits");
        return new QueuePairInfo(mtu, ReadNumbers(bytes), packet, bytes.Slice(NonceOffset, PartBytes).ToArray(),
            bytes.Slice(GidOffset, PartBytes).ToArray());
    }

    private static uint[] ReadNumbers(ReadOnlySpan<byte> bytes)
    {
        int count = bytes[CountOffset];
        if (count is < 1 or > FabricOptions.QueuePairsMax || bytes.Length < NumberOffset(count))
            throw new FabricException(FabricError.Incompatible, $"{count} queue pairs in {bytes.Length} bytes");
        var numbers = new uint[count];
        for (var index = 0; index < count; index++)
        {
            numbers[index] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[NumberOffset(index)..]);
            if (numbers[index] > PacketMask)
                throw new FabricException(FabricError.Incompatible, $"queue pair {numbers[index]:x} has more than 24 bits");
        }
        return numbers;
    }

    private static int NumberOffset(int index) => index == 0 ? FirstOffset : FurtherOffset + (index - 1) * sizeof(uint);
}
