using System.Buffers.Binary;
using System.Security.Cryptography;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>
/// What each end tells the other of its queue pair: version u8 (1), zero u8, path MTU u16, queue pair u32, first packet u32, nonce 16 bytes, GID
/// 16 bytes. The nonce is the proposal's, and the offer repeats it: an offer opens nothing but the proposal that it answers.
/// </summary>
internal sealed record VerbsCard(int MtuBytes, uint Number, uint FirstPacket, byte[] Nonce, byte[] Gid)
{
    public const int SizeBytes = 44;

    private const byte Version = 1;
    private const int MtuOffset = 2, NumberOffset = 4, PacketOffset = 8, NonceOffset = 12, GidOffset = 28, PartBytes = 16;
    private const uint PacketMask = (1 << 24) - 1;

    public static byte[] NewNonce() => RandomNumberGenerator.GetBytes(PartBytes);

    /// <summary>Where the numbering of packets begins: 24 bits, another in every epoch, so that a straggler of an old one is not taken.</summary>
    public static uint NewFirstPacket() => BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))) & PacketMask;

    public void Write(Span<byte> bytes)
    {
        bytes[0] = Version;
        bytes[1] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[MtuOffset..], (ushort)MtuBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[NumberOffset..], Number);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[PacketOffset..], FirstPacket);
        Nonce.CopyTo(bytes[NonceOffset..]);
        Gid.CopyTo(bytes[GidOffset..]);
    }

    /// <exception cref="FabricException"><see cref="FabricError.Incompatible"/></exception>
    public static VerbsCard Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SizeBytes || bytes[0] != Version)
            throw new FabricException(FabricError.Incompatible, $"{bytes.Length} bytes are no verbs proposal or offer of version {Version}");
        var mtu = BinaryPrimitives.ReadUInt16LittleEndian(bytes[MtuOffset..]);
        var number = BinaryPrimitives.ReadUInt32LittleEndian(bytes[NumberOffset..]);
        var packet = BinaryPrimitives.ReadUInt32LittleEndian(bytes[PacketOffset..]);
        if (mtu is not (256 or 512 or 1024 or 2048 or 4096))
            throw new FabricException(FabricError.Incompatible, $"a path MTU of {mtu} bytes");
        if (number > PacketMask || packet > PacketMask)
            throw new FabricException(FabricError.Incompatible, $"queue pair {number:x} or first packet {packet:x} has more than 24 bits");
        return new VerbsCard(mtu, number, packet, bytes.Slice(NonceOffset, PartBytes).ToArray(), bytes.Slice(GidOffset, PartBytes).ToArray());
    }
}
