using System.Net;
using System.Net.Sockets;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>
/// Every packet of the loopback device from and to an address, as anybody on the way would see them. Needs root. A data connection comes
/// from any address, so that one end has to do.
/// </summary>
internal sealed class PacketCapture : IDisposable
{
    private const int Ethernet = 14, Source = Ethernet + 12, Target = Ethernet + 16;

    // htons(ETH_P_IP).
    private const ProtocolType InternetProtocol = (ProtocolType)0x0008;

    private readonly Socket _socket = new(AddressFamily.Packet, SocketType.Raw, InternetProtocol) { ReceiveTimeout = 100 };
    private readonly byte[] _address;
    private readonly MemoryStream _heard = new();
    private readonly Thread _thread;
    private volatile bool _stop;

    public PacketCapture(string address)
    {
        _address = IPAddress.Parse(address).GetAddressBytes();
        _socket.ReceiveBufferSize = 16 << 20;
        _thread = new Thread(Listen) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>All of its bytes so far.</summary>
    public byte[] Heard
    {
        get
        {
            lock (_heard)
                return _heard.ToArray();
        }
    }

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        _socket.Dispose();
    }

    private void Listen()
    {
        var packet = new byte[1 << 17];
        while (!_stop)
        {
            try
            {
                Take(packet.AsSpan(0, _socket.Receive(packet)));
            }
            catch (SocketException timeout) when (timeout.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                // Nothing came; look whether it is over.
            }
        }
    }

    private void Take(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < Target + 4 || !(IsAt(packet, Source) || IsAt(packet, Target)))
            return;
        lock (_heard)
            _heard.Write(packet);
    }

    private bool IsAt(ReadOnlySpan<byte> packet, int offset) => packet.Slice(offset, 4).SequenceEqual(_address);
}
