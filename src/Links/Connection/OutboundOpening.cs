using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Fabrics;
using K8sMediaFlow.Links.Ledgers;
using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Links.Connection;

/// <summary>What the receiver said when it was dialled.</summary>
internal sealed record Welcome(ushort Protocol, uint Epoch, Incarnation Receiver, int LargestBlockBytes, FabricKind Kind, byte[] Offer,
    string WayReason, SequenceSet Landed, SequenceSet Done)
{
    /// <summary>Protocol 1 has no words for what is late by more than a bitmap.</summary>
    public ulong SpanMax => Protocol == LinkMessage.ProtocolOldest ? SequenceSet.Window : ulong.MaxValue;

    /// <summary>Protocol 3 has a cause for frames that were too old.</summary>
    public bool KnowsDeadlines => Protocol >= 3;
}

/// <summary>
/// The dialling end's handshake, step by step; each step ends in an error or in the next one. The caller bounds all of it.
/// </summary>
internal sealed class OutboundOpening(OutboundEndpoint endpoint, Incarnation incarnation, ControlConnection connection)
{
    /// <summary>Dial, TLS, hello, welcome.</summary>
    public async ValueTask<Welcome> Open(LinkCredentials credentials, LinkProposals proposals, ulong firstUndone, ulong nextSequence)
    {
        Dial();
        connection.AuthenticateAsDialler(credentials, endpoint.PeerIdentities);
        SayHello(proposals, firstUndone, nextSequence);
        await connection.AwaitMessage().ConfigureAwait(false);
        return HearWelcome(proposals);
    }

    /// <summary>Says ready, with what is done, and waits for the peer's.</summary>
    public async ValueTask GetReady(uint epoch, SequenceSet done)
    {
        HandshakeMessages.SayReady(connection, epoch, done);
        await connection.AwaitMessage().ConfigureAwait(false);
        HandshakeMessages.HearReady(connection, epoch);
    }

    private void Dial()
    {
        if (!endpoint.IsKnown)
            throw new LinkException(LinkLoss.Unreachable, $"the plan does not have the address of pod {endpoint.PeerPod} yet");
        try
        {
            connection.Dial(new IPEndPoint(IPAddress.Parse(endpoint.PeerAddress), endpoint.PeerPort),
                endpoint.OwnAddress is null ? null : IPAddress.Parse(endpoint.OwnAddress));
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            throw new LinkException(LinkLoss.Unreachable, $"{endpoint.PeerAddress}:{endpoint.PeerPort}: {e.Message}", e);
        }
    }

    private void SayHello(LinkProposals proposals, ulong firstUndone, ulong nextSequence)
    {
        var missing = ControlMessages.Cut(proposals.Missing);
        var offers = proposals.All.Sum(one => one.Proposal.Bytes.Length + (4 * sizeof(ulong)));
        var hello = connection.Begin(ControlMessages.BytesOf(endpoint.Pipeline, endpoint.Edge, endpoint.Pod, missing) + offers).InitHello();
        hello.Magic = LinkMessage.Magic;
        (hello.ProtocolLowest, hello.ProtocolHighest) = (proposals.ProtocolLowest, LinkMessage.Protocol);
        var separator = endpoint.Pipeline.IndexOf('/', StringComparison.Ordinal);
        hello.Namespace = separator < 0 ? "" : endpoint.Pipeline[..separator];
        hello.Pipeline = endpoint.Pipeline[(separator + 1)..];
        (hello.Edge, hello.SenderPod) = (endpoint.Edge, endpoint.Pod);
        hello.SenderIncarnation = incarnation.Value;
        (hello.FirstUndone, hello.NextSequence) = (firstUndone, nextSequence);
        hello.Missing = missing;
        var fabrics = hello.InitFabrics(proposals.All.Count);
        for (var index = 0; index < fabrics.Count; index++)
        {
            var fabric = fabrics[index];
            fabric.Kind = ControlMessages.KindOf(proposals.All[index].Kind);
            fabric.Offer = proposals.All[index].Proposal.Bytes.Span;
        }
        HandshakeMessages.Send(connection);
    }

    private Welcome HearWelcome(LinkProposals proposals)
    {
        var welcome = HandshakeMessages.Expect(connection, LinkMessage.Which.Welcome).Welcome;
        if (welcome.Protocol < proposals.ProtocolLowest || welcome.Protocol > LinkMessage.Protocol)
            throw new LinkException(LinkLoss.VersionMismatch,
                $"the peer chose protocol {welcome.Protocol}, this end speaks {proposals.ProtocolLowest} to {LinkMessage.Protocol}");
        if (ControlMessages.KindOf(welcome.Fabric.Kind) is not { } kind || proposals.All.All(one => one.Kind != kind))
            throw new LinkException(LinkLoss.NoCommonFabric, $"the peer chose fabric {welcome.Fabric.Kind}");
        if (welcome.Epoch == 0 || welcome.ReceiverIncarnation == 0 || welcome.LargestBlockBytes is 0 or > int.MaxValue)
            throw new LinkException(LinkLoss.ProtocolViolation, "welcome without epoch, incarnation or blocks");
        return new Welcome(welcome.Protocol, welcome.Epoch, new Incarnation(welcome.ReceiverIncarnation), (int)welcome.LargestBlockBytes,
            kind, welcome.Fabric.Offer.ToArray(), ControlMessages.Words(welcome.WayReason), ControlMessages.ReadSet(welcome.Landed),
                ControlMessages.ReadSet(welcome.Done));
    }
}
