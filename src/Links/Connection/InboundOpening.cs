using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Fabrics;
using K8sMediaFlow.Links.Ledgers;
using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Links.Connection;

/// <summary>The accepting end's handshake after the hello. The caller bounds all of it by aborting the connection.</summary>
internal sealed class InboundOpening(ControlConnection connection, Incarnation incarnation, ushort protocol, TimeSpan deadline)
{
    /// <summary>
    /// Welcome, the sender's ready, data connection, own ready. Returns the receiving end of the fabric; the ledger is adopted.
    /// </summary>
    /// <param name="opened">Hears of the offer: disposing it ends the wait for the data connection.</param>
    public async ValueTask<IFabricReceiver> Open(InboundChoice choice, ReceiverLedger ledger, ILinkSink sink, Action<IDisposable> opened)
    {
        using var offer = choice.Offer;
        opened(offer);
        SayWelcome(choice, ledger, sink.LargestBlockBytes);
        // Ready first: the sender says it when it has connected, and the thread that waits here for control also hears of a peer that goes
        // away.
        await connection.AwaitMessage().ConfigureAwait(false);
        HearReady(ledger);
        var receiver = offer.Accept(deadline);
        try
        {
            HandshakeMessages.SayReady(connection, ledger.Epoch, done: null);
            return receiver;
        }
        catch
        {
            receiver.Abort();
            receiver.Dispose();
            throw;
        }
    }

    private void SayWelcome(InboundChoice choice, ReceiverLedger ledger, int largestBlockBytes)
    {
        // Consumers finish frames meanwhile, on other threads.
        lock (ledger)
            WriteWelcome(choice, ledger, largestBlockBytes);
        HandshakeMessages.Send(connection);
    }

    private void WriteWelcome(InboundChoice choice, ReceiverLedger ledger, int largestBlockBytes)
    {
        var reason = ControlMessages.Cut(choice.Declined);
        var welcome = connection.Begin(ControlMessages.BytesOf(reason) + choice.Offer.Bytes.Length
            + ControlMessages.BytesOf(ledger.Landed, ledger.Done)).InitWelcome();
        welcome.Protocol = protocol;
        welcome.Epoch = ledger.Epoch;
        welcome.ReceiverIncarnation = incarnation.Value;
        welcome.LargestBlockBytes = (uint)largestBlockBytes;
        var fabric = welcome.InitFabric();
        fabric.Kind = ControlMessages.KindOf(choice.Kind);
        fabric.Offer = choice.Offer.Bytes.Span;
        welcome.WayReason = reason;
        ControlMessages.Write(welcome.InitLanded(), ledger.Landed);
        ControlMessages.Write(welcome.InitDone(), ledger.Done);
    }

    private void HearReady(ReceiverLedger ledger)
    {
        var done = ControlMessages.ReadSet(HandshakeMessages.HearReady(connection, ledger.Epoch).Done);
        lock (ledger)
            ledger.Adopt(done);
    }
}
