using System.Buffers.Binary;
using System.Net.Sockets;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>All packets that pass this machine's network devices from now on, as they are on the wire.</summary>
internal sealed class PacketTap : IDisposable
{
    private const int RocePort = 4791, EveryProtocol = 0x0300, Ipv4 = 0x0800, Ipv6 = 0x86DD, Udp = 17;

    private readonly Socket _socket = new(AddressFamily.Packet, SocketType.Raw, (ProtocolType)EveryProtocol)
    {
        ReceiveBufferSize = 1 << 20,
        Blocking = false,
    };

    /// <summary>The traffic classes of the packets of RoCE v2 that have passed.</summary>
    public IReadOnlyList<byte> TrafficClasses()
    {
        var found = new SortedSet<byte>();
        var packet = new byte[16_384];
        while (TryReceive(packet, out var length))
            if (ClassOf(packet.AsSpan(0, length)) is { } one)
                found.Add(one);
        return [.. found];
    }

    public void Dispose() => _socket.Dispose();

    private bool TryReceive(byte[] packet, out int length)
    {
        length = _socket.Receive(packet, 0, packet.Length, SocketFlags.None, out var error);
        return error == SocketError.Success;
    }

    // Behind the Ethernet header of 14 bytes.
    private static byte? ClassOf(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 62)
            return null;
        var ip = packet[14..];
        return BinaryPrimitives.ReadUInt16BigEndian(packet[12..]) switch
        {
            Ipv4 when ip[9] == Udp && PortOf(ip[((ip[0] & 15) * 4)..]) == RocePort => ip[1],
            Ipv6 when ip[6] == Udp && PortOf(ip[40..]) == RocePort => (byte)(ip[0] << 4 | ip[1] >> 4),
            _ => null,
        };
    }

    private static int PortOf(ReadOnlySpan<byte> udp) => BinaryPrimitives.ReadUInt16BigEndian(udp[2..]);
}
