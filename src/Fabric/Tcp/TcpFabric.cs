using System.Net;
using K8sMediaFlow.Native.Sockets;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>
/// Frames over a TCP connection of their own: sent straight from the producers' blocks (scatter-gather), received straight into granted
/// blocks. Blocking calls on the callers' threads; the only thread of its own is the one that accepts at each listener.
/// </summary>
public sealed class TcpFabric : IFabric
{
    public FabricKind Kind => FabricKind.Tcp;

    /// <summary>The address must be one that the peer can reach: it travels in the offers.</summary>
    public IFabricListener Listen(IPAddress address, int port, FabricOptions options)
    {
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            throw new ArgumentException("a peer cannot connect to the unspecified address", nameof(address));
        return new TcpListener(new IPEndPoint(address, port), options);
    }

    public IFabricProposal Propose(FabricOptions options) => new TcpProposal(options);

    public IDisposable Register(nint address, long lengthBytes) => NoRegistration.Instance;

    public void Dispose()
    {
    }
}

/// <summary>The sender's half: there is nothing that the receiver must know beforehand.</summary>
internal sealed class TcpProposal(FabricOptions options) : IFabricProposal
{
    public ReadOnlyMemory<byte> Bytes => default;

    public IFabricSender Connect(ReadOnlySpan<byte> offer, TimeSpan deadline)
    {
        var invitation = TcpOfferPayload.Read(offer);
        var socket = StreamSocket.Connect(
            invitation.Endpoint, TcpTuning.Milliseconds(deadline), opened => TcpTuning.Apply(opened, options), out var result);
        if (socket is null)
            throw TcpErrors.OfConnect(result, invitation.Endpoint);
        return TcpSender.Open(socket, invitation, options);
    }

    public void Dispose()
    {
    }
}
