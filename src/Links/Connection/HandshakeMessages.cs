using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Ledgers;
using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Links.Connection;

/// <summary>What both ends of a handshake do: say a word at once, hear the one that is due, and be ready for the same epoch.</summary>
internal static class HandshakeMessages
{
    /// <summary>What was begun goes out now.</summary>
    public static void Send(ControlConnection connection)
    {
        connection.Queue();
        connection.Flush();
    }

    /// <param name="connection">To whom.</param>
    /// <param name="epoch">Which epoch.</param>
    /// <param name="done">Of the sender: what is done.</param>
    public static void SayReady(ControlConnection connection, uint epoch, SequenceSet? done)
    {
        var ready = connection.Begin(done is null ? 0 : ControlMessages.BytesOf(done, done)).InitReady();
        ready.Epoch = epoch;
        if (done is not null)
            ControlMessages.Write(ready.InitDone(), done);
        Send(connection);
    }

    public static LinkMessage.Ready.Reader HearReady(ControlConnection connection, uint epoch)
    {
        var ready = Expect(connection, LinkMessage.Which.Ready).Ready;
        return ready.Epoch == epoch
            ? ready
            : throw new LinkException(LinkLoss.ProtocolViolation, $"ready for epoch {ready.Epoch}, not {epoch}");
    }

    /// <exception cref="LinkException">It is another word; a refusal with the peer's reason.</exception>
    public static LinkMessage.Reader Expect(ControlConnection connection, LinkMessage.Which which)
    {
        var message = connection.Receive();
        if (message.Which == LinkMessage.Which.Refused)
            throw new LinkException(ControlMessages.LossOf(message.Refused.Code),
                "refused by the peer: " + message.Refused.Reason.ToString());
        return message.Which == which
            ? message
            : throw new LinkException(LinkLoss.ProtocolViolation, $"{message.Which} instead of {which}");
    }
}
