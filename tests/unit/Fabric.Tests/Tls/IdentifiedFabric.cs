using System.Net;
using K8sMediaFlow.Fabric.Tcp;

namespace K8sMediaFlow.Fabric.Tests.Tls;

/// <summary>Tcp with TLS whose ends are who the test says, so that what knows of no identities can use it.</summary>
internal sealed class IdentifiedFabric(FabricIdentity sending, FabricIdentity receiving) : IFabric
{
    private readonly TcpFabric _tls = new(isEncrypted: true);

    public FabricKind Kind => _tls.Kind;

    public IFabricListener Listen(IPAddress address, int port, FabricOptions options) =>
        new Listener(_tls.Listen(address, port, options), receiving);

    public IFabricProposal Propose(FabricOptions options, FabricIdentity? identity = null) => _tls.Propose(options, identity ?? sending);

    public IDisposable Register(nint address, long lengthBytes) => _tls.Register(address, lengthBytes);

    public void Dispose() => _tls.Dispose();

    private sealed class Listener(IFabricListener inner, FabricIdentity receiving) : IFabricListener
    {
        public IPEndPoint Endpoint => inner.Endpoint;

        public IFabricOffer Open(uint epoch, ReadOnlySpan<byte> proposal, nint areaAddress, long areaLengthBytes,
            FabricIdentity? identity = null) =>
            inner.Open(epoch, proposal, areaAddress, areaLengthBytes, identity ?? receiving);

        public void Dispose() => inner.Dispose();
    }
}
