using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>An attached media operator: says over its socket what the ports decide.</summary>
/// <remarks>
/// A socket that does not take a message at once is one whose reader has stopped: it is shut down, and its session then sees the close. So
/// no media operator can hold up the ports. Sending happens under the ports' lock, one message at a time.
/// </remarks>
/// <param name="name">The operator.</param>
/// <param name="replica">Which of its replicas.</param>
/// <param name="socket">The connection; stays the session's.</param>
/// <param name="ownRegion">Where it produces.</param>
/// <param name="sideOf">Its side of an edge, by the edge's name and whether it produces there.</param>
/// <param name="banned">Gets the reason, once, before the process hears of it.</param>
internal sealed class MediaOperatorEndpoint(
    string name, int replica, LocalSocket socket, PodRegion ownRegion, Func<string, bool, MediaOperatorEdgeSide> sideOf,
        Action<string> banned)
    : ChannelEndpoint(PodTopology.MediaOperatorEndpoint(name, replica))
{
    private readonly MessageBuffer _buffer = new(64 * 1024);
    private readonly List<PodRegion> _numbered = [];
    private readonly HashSet<(string Edge, string Producer)> _toldCompleted = [];

    public string OperatorName { get; } = name;

    public override int Replica { get; } = replica;

    public override PodRegion OwnRegion { get; } = ownRegion;

    public override MemoryFile DoorbellFile { get; } = Doorbell.Create(PodTopology.MediaOperatorEndpoint(name, replica));

    public void SendDoorbell()
    {
        _buffer.Begin<AttachMessage.Builder>().SetDoorbell();
        Send([DoorbellFile.Descriptor]);
    }

    /// <summary>The region that this connection knows by the number.</summary>
    public PodRegion RegionOf(uint number) => number < _numbered.Count
        ? _numbered[(int)number]
        : throw new PortProtocolException(Name, $"names region number {number}, which it was not given");

    public void SendOwnRegion() => SendRegion(OwnRegion, isOwn: true);

    protected override void OfferRegion(PodRegion region) => SendRegion(region, isOwn: false);

    protected override void RegionGone(PodRegion region)
    {
        _buffer.Begin<AttachMessage.Builder>().InitRegionGone().Region = NumberOf(region);
        Send([]);
    }

    public override void TellRegion(PortChannel channel, int index, PodRegion region)
    {
        var told = _buffer.Begin<AttachMessage.Builder>().InitChannelRegion();
        told.Channel = channel.Id;
        told.Index = (ushort)index;
        told.Region = NumberOf(region);
        Send([]);
    }

    public override void OfferChannel(PortChannel channel)
    {
        var isProducer = channel.Producer == this;
        var peer = isProducer ? channel.Consumer : channel.Producer;
        var side = sideOf(channel.Edge, isProducer);
        var offer = _buffer.Begin<AttachMessage.Builder>().InitChannel();
        offer.Channel = channel.Id;
        offer.IsProducer = isProducer;
        offer.Port = side.Port;
        offer.Edge = channel.Edge;
        offer.Peer = peer.Name;
        offer.PeerReplica = (uint)peer.Replica;
        offer.PeerIsSidecar = peer is not MediaOperatorEndpoint;
        offer.Capacity = (uint)channel.Capacity;
        offer.MaxBorrowed = (uint)side.MaxBorrowed;
        offer.IsReplacement = channel.IsReplacement;
        Send(peer.SignalFor(channel) is { } signal
            ? [channel.File.File.Descriptor, peer.DoorbellFile.Descriptor, signal.Descriptor]
            : [channel.File.File.Descriptor, peer.DoorbellFile.Descriptor]);
    }

    public override void PeerGone(PortChannel channel, string reason)
    {
        var peer = channel.Producer == this ? channel.Consumer : channel.Producer;
        var closed = _buffer.Begin<AttachMessage.Builder>().InitChannelClosed();
        closed.Channel = channel.Id;
        closed.Reason = channel.EndedFor(peer);
        closed.Detail = reason;
        Send([]);
    }

    public override void ConsumerGone(PortChannel channel)
    {
        _buffer.Begin<AttachMessage.Builder>().InitConsumerGone().Channel = channel.Id;
        Send([]);
    }

    public override void ProducerCompleted(string edge, string producer)
    {
        if (!_toldCompleted.Add((edge, producer)))
            return;
        var completed = _buffer.Begin<AttachMessage.Builder>().InitProducerCompleted();
        completed.Port = sideOf(edge, false).Port;
        completed.Peer = producer;
        Send([]);
    }

    public override void PolicyChanged(EdgePlan edge, bool isProducer)
    {
        var told = _buffer.Begin<AttachMessage.Builder>().InitEdgePolicy();
        (told.Port, told.Edge, told.IsProducer) = (sideOf(edge.Name, isProducer).Port, edge.Name, isProducer);
        told.OnFull = WelcomeMessage.OnFullOf(edge);
        (told.QueueFrames, told.WindowFrames) = ((uint)edge.Queue!.QueueFrames, (uint)edge.Queue.WindowFrames);
        told.DeadlineMilliseconds = (uint)(edge.Queue.DeadlineMilliseconds ?? 0);
        Send([]);
    }

    public void SendStop(uint deadlineMilliseconds, string reason)
    {
        var stop = _buffer.Begin<AttachMessage.Builder>().InitStop();
        stop.DeadlineMilliseconds = deadlineMilliseconds;
        stop.Reason = reason;
        Send([]);
    }

    public override void Ban(string reason)
    {
        if (!IsAlive || EndedBy == AttachMessage.ClosedReason.Violation)
            return;
        EndedBy = AttachMessage.ClosedReason.Violation;
        banned(reason);
        var violation = _buffer.Begin<AttachMessage.Builder>().InitViolation();
        violation.Reason = reason;
        Send([]);
        // What was sent before stays readable at the other end; a process that does not read it is told when it attaches again.
        socket.Shutdown();
    }

    public void SendCompletedKept()
    {
        _buffer.Begin<AttachMessage.Builder>().SetCompletedKept();
        Send([]);
    }

    public override void Dispose()
    {
        base.Dispose();
        DoorbellFile.Dispose();
    }

    private void SendRegion(PodRegion region, bool isOwn)
    {
        var offer = _buffer.Begin<AttachMessage.Builder>().InitRegion();
        offer.Region = NumberOf(region);
        offer.IdLow = region.Staging.Id.First;
        offer.IdHigh = region.Staging.Id.Second;
        offer.LengthBytes = (ulong)region.Staging.File.LengthBytes;
        offer.IsOwn = isOwn;
        offer.Owner = region.Name;
        Send([region.Staging.File.Descriptor]);
    }

    private uint NumberOf(PodRegion region)
    {
        var index = _numbered.IndexOf(region);
        if (index >= 0)
            return (uint)index;
        _numbered.Add(region);
        return (uint)(_numbered.Count - 1);
    }

    private void Send(ReadOnlySpan<int> descriptors)
    {
        // A dead end stays listed until its channels are settled; its socket is closed by then.
        if (!IsAlive)
            return;
        try
        {
            socket.Send(_buffer.Finish().Span, descriptors, timeoutMs: 0);
        }
        catch (NativeException)
        {
            socket.Shutdown();
        }
    }
}

/// <summary>A media operator's side of an edge: its own port there, and how much it may hold.</summary>
internal readonly record struct MediaOperatorEdgeSide(string Port, int MaxBorrowed);
