using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Staging;
using K8sMediaFlow.Staging.Attaching;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;
using AttachMessage = K8sMediaFlow.Messages.AttachMessage;

namespace K8sMediaFlow.Sdk.Tests.Fakes;

/// <summary>The fake sidecar's side of one attached media operator. One test thread speaks and listens.</summary>
internal sealed class AttachedMediaOperator : IEnd, IDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(20);

    private readonly AttachConnection _connection;
    private readonly MessageBuffer _outgoing = new(AttachConnection.MessageBytesMax);
    private readonly MessageBuffer _incoming = new(AttachConnection.MessageBytesMax);
    private readonly List<StagingRegion> _numbered = [];
    private readonly List<(AttachMessage.Which Which, ulong Channel, string Text)> _heard = [];

    public AttachedMediaOperator(AttachConnection connection) => _connection = connection;

    public string Name { get; private set; } = "";

    public ulong LastSidecar { get; private set; }

    public MemoryFile DoorbellFile { get; private set; } = null!;

    public StagingRegion? Region { get; private set; }

    /// <summary>Waits for hello, so that the name is known.</summary>
    public AttachedMediaOperator AwaitName()
    {
        while (Name.Length == 0)
            Hear(AnswerTimeout).ShouldBe(AttachReceipt.Message);
        return this;
    }

    /// <summary>Hello to mapped region.</summary>
    public AttachedMediaOperator Welcome(ulong sidecar, IReadOnlyList<PortSpec> inputs, IReadOnlyList<PortSpec> outputs,
        IReadOnlyList<BlockClass> classes, Action? beforeRegion = null)
    {
        Listen(AttachMessage.Which.Hello);
        var welcome = _outgoing.Begin<AttachMessage.Builder>().InitWelcome();
        (welcome.Protocol, welcome.SidecarIncarnation, welcome.SpinMicroseconds) = (AttachMessage.Protocol, sidecar, 20);
        var list = welcome.InitInputs(inputs.Count);
        for (var i = 0; i < inputs.Count; i++)
            inputs[i].Write(list[i]);
        var outs = welcome.InitOutputs(outputs.Count);
        for (var i = 0; i < outputs.Count; i++)
            outputs[i].Write(outs[i]);
        Send();
        DoorbellFile = Doorbell.Create(Name);
        _outgoing.Begin<AttachMessage.Builder>().SetDoorbell();
        Send(DoorbellFile.Descriptor);
        beforeRegion?.Invoke();
        Region = StagingRegion.Create(Name, classes);
        SendRegion(Region, isOwn: true);
        Listen(AttachMessage.Which.RegionMapped);
        Region.Seal();
        return this;
    }

    public void Refuse(AttachMessage.RefusalCode code, string reason)
    {
        Listen(AttachMessage.Which.Hello);
        var refused = _outgoing.Begin<AttachMessage.Builder>().InitRefused();
        (refused.Code, refused.Reason) = (code, reason);
        Send();
    }

    public void Offer(StagingRegion region)
    {
        if (_numbered.Contains(region))
            return;
        SendRegion(region, isOwn: false);
        Listen(AttachMessage.Which.RegionMapped);
    }

    public void Tell(ulong channel, ushort index, StagingRegion region, bool isConsumer)
    {
        var told = _outgoing.Begin<AttachMessage.Builder>().InitChannelRegion();
        (told.Channel, told.Index, told.Region) = (channel, index, (uint)_numbered.IndexOf(region));
        Send();
        if (isConsumer)
            Listen(AttachMessage.Which.ChannelRegionReady);
    }

    public void Offer(ChannelFile channel, string port, bool isProducer, IEnd peer)
    {
        var offer = _outgoing.Begin<AttachMessage.Builder>().InitChannel();
        (offer.Channel, offer.IsProducer, offer.Port, offer.Edge, offer.Peer) = (channel.Header.Id, isProducer, port, port, peer.Name);
        Send(channel.File.Descriptor, peer.DoorbellFile.Descriptor);
        Listen(AttachMessage.Which.ChannelReady);
    }

    public void Close(ulong channel)
    {
        var closed = _outgoing.Begin<AttachMessage.Builder>().InitChannelClosed();
        (closed.Channel, closed.Reason) = (channel, AttachMessage.ClosedReason.PeerDied);
        Send();
    }

    public void ConsumerGone(ulong channel)
    {
        _outgoing.Begin<AttachMessage.Builder>().InitConsumerGone().Channel = channel;
        Send();
    }

    public void RegionGone(StagingRegion region)
    {
        _outgoing.Begin<AttachMessage.Builder>().InitRegionGone().Region = (uint)_numbered.IndexOf(region);
        Send();
    }

    /// <summary>Ends the attach for a breach of the protocol.</summary>
    public void Ban(string reason)
    {
        _outgoing.Begin<AttachMessage.Builder>().InitViolation().Reason = reason;
        Send();
    }

    public void Stop()
    {
        _outgoing.Begin<AttachMessage.Builder>().InitStop();
        Send();
    }

    /// <summary>Waits for a message of the kind; what comes before it is remembered.</summary>
    public (ulong Channel, string Text) Listen(AttachMessage.Which which)
    {
        while (true)
        {
            var index = _heard.FindIndex(heard => heard.Which == which);
            if (index >= 0)
            {
                var found = _heard[index];
                _heard.RemoveAt(index);
                return (found.Channel, found.Text);
            }
            Hear(AnswerTimeout).ShouldBe(AttachReceipt.Message, $"waiting for {which}");
        }
    }

    /// <summary>Whether a message of the kind has come by now.</summary>
    public bool HasHeard(AttachMessage.Which which)
    {
        while (Hear(TimeSpan.FromMilliseconds(50)) == AttachReceipt.Message)
        {
        }
        return _heard.Exists(heard => heard.Which == which);
    }

    /// <summary>Waits until the operator has closed the connection.</summary>
    public void ListenToTheEnd()
    {
        while (Hear(AnswerTimeout) is var receipt && receipt != AttachReceipt.Closed)
            receipt.ShouldBe(AttachReceipt.Message);
    }

    public void Dispose() => _connection.Dispose();

    private AttachReceipt Hear(TimeSpan timeout)
    {
        var receipt = _connection.Receive(timeout, out var received);
        using (received)
        {
            if (receipt == AttachReceipt.Message)
                Remember(received!.Bytes);
        }
        return receipt;
    }

    private void Remember(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_incoming.Bytes);
        var message = _incoming.Read<AttachMessage.Reader>(bytes.Length);
        if (message.Which == AttachMessage.Which.Hello)
            (Name, LastSidecar) = (message.Hello.Operator.ToString(), message.Hello.LastSidecarIncarnation);
        var channel = message.Which switch
        {
            AttachMessage.Which.Goodbye => message.Goodbye.Channel,
            AttachMessage.Which.Violation => message.Violation.Channel,
            _ => 0UL,
        };
        var text = message.Which switch
        {
            AttachMessage.Which.Failed => message.Failed.Reason.ToString(),
            AttachMessage.Which.Violation => message.Violation.Reason.ToString(),
            _ => "",
        };
        _heard.Add((message.Which, channel, text));
        if (message.Which == AttachMessage.Which.Completed)
            AnswerCompleted();
    }

    private void AnswerCompleted()
    {
        try
        {
            _outgoing.Begin<AttachMessage.Builder>().SetCompletedKept();
            Send();
        }
        catch (StagingException)
        {
            // The operator has waited long enough for the answer.
        }
    }

    private void SendRegion(StagingRegion region, bool isOwn)
    {
        _numbered.Add(region);
        var offer = _outgoing.Begin<AttachMessage.Builder>().InitRegion();
        (offer.Region, offer.IsOwn) = ((uint)(_numbered.Count - 1), isOwn);
        Send(region.File.Descriptor);
    }

    private void Send(params ReadOnlySpan<int> descriptors) => _connection.Send(_outgoing.Finish().Span, descriptors);
}
