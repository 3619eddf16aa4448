using System.Collections.Concurrent;
using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Sidecar.Tests.Links.Loopback;

/// <summary>A fabric whose data connections can be cut at any moment, also in the middle of a frame.</summary>
internal sealed class CuttableFabric(IFabric inner) : IFabric
{
    private readonly ConcurrentBag<IFabricSender> _senders = [];

    public FabricKind Kind => inner.Kind;

    public void CutAll()
    {
        while (_senders.TryTake(out var sender))
            sender.Abort();
    }

    public IFabricListener Listen(IPAddress address, int port, FabricOptions options) => inner.Listen(address, port, options);

    public IFabricProposal Propose(FabricOptions options, FabricIdentity? identity = null) =>
        new Proposal(inner.Propose(options, identity), _senders);

    public IDisposable Register(nint address, long lengthBytes) => inner.Register(address, lengthBytes);

    public void Dispose() => inner.Dispose();

    private sealed class Proposal(IFabricProposal inner, ConcurrentBag<IFabricSender> senders) : IFabricProposal
    {
        public ReadOnlyMemory<byte> Bytes => inner.Bytes;

        public IFabricSender Connect(ReadOnlySpan<byte> offer, TimeSpan deadline)
        {
            var sender = inner.Connect(offer, deadline);
            senders.Add(sender);
            return sender;
        }

        public void Dispose() => inner.Dispose();
    }
}
