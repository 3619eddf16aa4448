using System.Buffers.Binary;
using System.Net;

namespace K8sMediaFlow.Native.Sockets;

/// <summary>sockaddr_in (16 bytes) and sockaddr_in6 (28 bytes) from and to an endpoint.</summary>
internal static class SocketAddress
{
    public const int SizeBytesMax = 28;

    public static int Family(IPAddress address) => Is4(address) ? LibcSockets.AF_INET : LibcSockets.AF_INET6;

    /// <summary>Writes the structure and returns its length.</summary>
    public static int Write(IPEndPoint endpoint, Span<byte> target)
    {
        target.Clear();
        var is4 = Is4(endpoint.Address);
        BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)Family(endpoint.Address));
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)endpoint.Port);
        endpoint.Address.TryWriteBytes(target[(is4 ? 4 : 8)..], out _);
        if (!is4)
            BinaryPrimitives.WriteUInt32LittleEndian(target[24..], (uint)endpoint.Address.ScopeId);
        return is4 ? 16 : SizeBytesMax;
    }

    public static IPEndPoint Read(ReadOnlySpan<byte> source)
    {
        var is4 = BinaryPrimitives.ReadUInt16LittleEndian(source) == LibcSockets.AF_INET;
        var port = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
        var address = is4
            ? new IPAddress(source.Slice(4, 4))
            : new IPAddress(source.Slice(8, 16), BinaryPrimitives.ReadUInt32LittleEndian(source[24..]));
        return new IPEndPoint(address, port);
    }

    private static bool Is4(IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
}
