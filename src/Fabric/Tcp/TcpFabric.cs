using System.Diagnostics;
using System.Net;
using K8sMediaFlow.Native.Sockets;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>
/// Frames over a TCP connection of their own: sent straight from the producers' blocks (scatter-gather), received straight into granted
/// blocks. Blocking calls on the callers' threads; the only thread of its own is the one that accepts at each listener. With TLS the bytes
/// are copied where they are encrypted and decrypted, and each connection is authenticated by the ends' certificates.
/// </summary>
/// <param name="isEncrypted">Whether connections use TLS. Then proposals and offers need an identity.</param>
public sealed class TcpFabric(bool isEncrypted = false) : IFabric
{
    public FabricKind Kind => isEncrypted ? FabricKind.TcpTls : FabricKind.Tcp;

    /// <summary>The address must be one that the peer can reach: it travels in the offers.</summary>
    public IFabricListener Listen(IPAddress address, int port, FabricOptions options)
    {
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            throw new ArgumentException("a peer cannot connect to the unspecified address", nameof(address));
        return new TcpListener(new IPEndPoint(address, port), isEncrypted, options);
    }

    public IFabricProposal Propose(FabricOptions options, FabricIdentity? identity = null)
    {
        if (isEncrypted)
            ArgumentNullException.ThrowIfNull(identity);
        return new TcpProposal(options, isEncrypted ? identity : null);
    }

    public IDisposable Register(nint address, long lengthBytes) => NoRegistration.Instance;

    public void Dispose()
    {
    }
}

/// <summary>The sender's half: there is nothing that the receiver must know beforehand.</summary>
internal sealed class TcpProposal(FabricOptions options, FabricIdentity? identity) : IFabricProposal
{
    public ReadOnlyMemory<byte> Bytes => default;

    public IFabricSender Connect(ReadOnlySpan<byte> offer, TimeSpan deadline)
    {
        var invitation = TcpOfferPayload.Read(offer);
        var startedTicks = Stopwatch.GetTimestamp();
        var socket = StreamSocket.Connect(
            invitation.Endpoint, TcpTuning.Milliseconds(deadline), opened => TcpTuning.Apply(opened, options), out var result);
        if (socket is null)
            throw TcpErrors.OfConnect(result, invitation.Endpoint);
        try
        {
            TcpPreamble.Send(socket, invitation.Epoch, invitation.Token);
            return new TcpSender(ChannelOver(socket, deadline - Stopwatch.GetElapsedTime(startedTicks)), invitation.Epoch, options);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private ITcpChannel ChannelOver(StreamSocket socket, TimeSpan deadline) =>
        identity is null ? new PlainChannel(socket) : TlsChannel.Dial(socket, identity, options, deadline);

    public void Dispose()
    {
    }
}
