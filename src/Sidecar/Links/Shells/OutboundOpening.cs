using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Sidecar.Links.Ledgers;

namespace K8sMediaFlow.Sidecar.Links.Shells;

/// <summary>What the receiver said when it was dialled.</summary>
internal sealed record Welcome(uint Epoch, Incarnation Receiver, int LargestBlockBytes, byte[] Offer, SequenceSet Landed, SequenceSet Done);

/// <summary>The dialling end's handshake, step by step; each step ends in an error or in the next one. The caller bounds all of it.</summary>
internal sealed class OutboundOpening(OutboundEndpoint endpoint, Incarnation incarnation, FabricKind kind, ControlConnection connection)
{
    /// <summary>Dial, TLS, hello, welcome.</summary>
    public Welcome Open(LinkCredentials credentials, IFabricProposal proposal, ulong firstUndone, ulong nextSequence)
    {
        Dial();
        LinkTls.Dial(connection, credentials, endpoint.PeerIdentities);
        SayHello(proposal, firstUndone, nextSequence);
        return HearWelcome();
    }

    /// <summary>Says ready, with what is done, and waits for the peer's.</summary>
    public void GetReady(uint epoch, SequenceSet done)
    {
        OpeningWords.SayReady(connection, epoch, done);
        OpeningWords.HearReady(connection, epoch);
    }

    private void Dial()
    {
        if (!endpoint.IsKnown)
            throw new LinkException(LinkLoss.Unreachable, $"the plan does not have the address of pod {endpoint.PeerPod} yet");
        try
        {
            connection.Dial(new IPEndPoint(IPAddress.Parse(endpoint.PeerAddress), endpoint.PeerPort), endpoint.OwnAddress is null ? null : IPAddress.Parse(endpoint.OwnAddress));
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            throw new LinkException(LinkLoss.Unreachable, $"{endpoint.PeerAddress}:{endpoint.PeerPort}: {e.Message}", e);
        }
    }

    private void SayHello(IFabricProposal proposal, ulong firstUndone, ulong nextSequence)
    {
        var hello = connection.Begin().InitHello();
        hello.Magic = LinkMessage.Magic;
        (hello.ProtocolLowest, hello.ProtocolHighest) = (LinkMessage.Protocol, LinkMessage.Protocol);
        var separator = endpoint.Pipeline.IndexOf('/', StringComparison.Ordinal);
        hello.Namespace = separator < 0 ? "" : endpoint.Pipeline[..separator];
        hello.Pipeline = endpoint.Pipeline[(separator + 1)..];
        (hello.Edge, hello.SenderPod) = (endpoint.Edge, endpoint.Pod);
        hello.SenderIncarnation = incarnation.Value;
        (hello.FirstUndone, hello.NextSequence) = (firstUndone, nextSequence);
        var fabric = hello.InitFabrics(1)[0];
        fabric.Kind = ControlWords.KindOf(kind);
        fabric.Offer = proposal.Bytes.Span;
        OpeningWords.Send(connection);
    }

    private Welcome HearWelcome()
    {
        var welcome = OpeningWords.Expect(connection, LinkMessage.Which.Welcome).Welcome;
        if (welcome.Protocol != LinkMessage.Protocol)
            throw new LinkException(LinkLoss.VersionMismatch, $"the peer chose protocol {welcome.Protocol}");
        if (welcome.Fabric.Kind != ControlWords.KindOf(kind))
            throw new LinkException(LinkLoss.NoCommonFabric, $"the peer chose fabric {welcome.Fabric.Kind}");
        if (welcome.Epoch == 0 || welcome.ReceiverIncarnation == 0 || welcome.LargestBlockBytes is 0 or > int.MaxValue)
            throw new LinkException(LinkLoss.ProtocolViolation, "welcome without epoch, incarnation or blocks");
        return new Welcome(welcome.Epoch, new Incarnation(welcome.ReceiverIncarnation), (int)welcome.LargestBlockBytes,
            welcome.Fabric.Offer.ToArray(), ControlWords.ReadSet(welcome.Landed), ControlWords.ReadSet(welcome.Done));
    }
}
