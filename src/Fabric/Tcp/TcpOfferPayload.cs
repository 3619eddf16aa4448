using System.Buffers.Binary;
using System.Net;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>
/// The bytes of a Tcp offer: version u8 (1), address length u8 (4 or 16), port u16, epoch u32, token 16 bytes, address.
/// </summary>
internal readonly record struct TcpOfferPayload(IPEndPoint Endpoint, uint Epoch, byte[] Token)
{
    private const byte Version = 1;
    private const int PortOffset = 2, EpochOffset = 4, TokenOffset = 8, AddressOffset = TokenOffset + TcpToken.SizeBytes;

    public byte[] ToBytes()
    {
        Invariant.That(Token.Length == TcpToken.SizeBytes);
        var address = Endpoint.Address.GetAddressBytes();
        var bytes = new byte[AddressOffset + address.Length];
        bytes[0] = Version;
        bytes[1] = (byte)address.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(PortOffset), (ushort)Endpoint.Port);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(EpochOffset), Epoch);
        Token.CopyTo(bytes.AsSpan(TokenOffset));
        address.CopyTo(bytes.AsSpan(AddressOffset));
        return bytes;
    }

    public static TcpOfferPayload Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < AddressOffset || bytes[0] != Version || bytes[1] is not (4 or 16) || bytes.Length != AddressOffset + bytes[1])
            throw new FabricException(FabricError.Incompatible, $"{bytes.Length} bytes are no Tcp offer of version {Version}");
        var port = BinaryPrimitives.ReadUInt16LittleEndian(bytes[PortOffset..]);
        return new TcpOfferPayload(
            new IPEndPoint(new IPAddress(bytes[AddressOffset..]), port),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[EpochOffset..]),
            bytes.Slice(TokenOffset, TcpToken.SizeBytes).ToArray());
    }
}
