using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Sdk.Memory;
using K8sMediaFlow.Sdk.Ports;
using K8sMediaFlow.Staging.Attaching;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;
using Received = K8sMediaFlow.Staging.Attaching.AttachMessage;

namespace K8sMediaFlow.Sdk.Attaching;

/// <summary>
/// One life of the connection to a sidecar: what it has announced, by its numbers. The attach thread calls the handlers; whatever touches
/// ports does it under the operator's lock, mapping memory is done outside of it.
/// </summary>
internal sealed class Session(MediaOperatorCore core, AttachConnection connection, RegionTable regions) : IDisposable
{
    private readonly AttachWriter _writer = new(connection);
    private readonly Dictionary<uint, ForeignRegion> _foreign = [];
    private readonly Dictionary<ulong, ChannelRegions> _tables = [];
    private readonly Dictionary<ulong, InboundChannel> _inbound = [];
    private readonly Dictionary<ulong, OutboundChannel> _outbound = [];
    private readonly Dictionary<ulong, ChannelMemory> _memories = [];

    public AttachWriter Writer => _writer;

    public ulong SidecarIncarnation { get; set; }

    public WaitPolicy Waiting { get; set; }

    /// <summary>
    /// Whether the operator can work: its doorbell and region are there, and the answer is on its way without which the sidecar does not
    /// count it as attached. A sink needs no region, and waits for its own all the same: who ended before would never have been there.
    /// </summary>
    public bool IsComplete => IsIntroduced && core.Doorbell is not null;

    /// <summary>
    /// Whether the sidecar has what it waits for first: that the own region is mapped. Any other message before that is a breach of the
    /// protocol.
    /// </summary>
    public bool IsIntroduced { get; private set; }

    /// <summary>The sidecar has kept that this operator has completed.</summary>
    public bool CompletionKept { get; private set; }

    public void OnCompletedKept() => CompletionKept = true;

    public void SendViolation(ulong channel, string reason) => _writer.Violation(channel, reason);

    public void SendGoodbye(ulong channel)
    {
        _inbound.Remove(channel);
        Unmap(channel);
        _writer.Goodbye(channel);
    }

    public void ReportBroken(OutputPort port)
    {
        foreach (var channel in _outbound.Values)
            if (channel.Port == port && channel.End.IsBroken)
                _writer.Violation(channel.Id, $"{port.Plan.Name}: {channel.End.Violation}");
    }

    public void OnDoorbell(Received message)
    {
        var file = message.TakeMemory(0);
        var memory = Doorbell.Map(file);
        file.Dispose();
        lock (core.Gate)
        {
            var earlier = core.Doorbell;
            core.SetDoorbell(DoorbellWaiter.ByFutex(memory, Waiting));
            earlier?.Wake();
        }
    }

    public void OnRegion(Messages.AttachMessage.Region.Reader region, Received message)
    {
        using var file = message.TakeMemory(0);
        var number = region.Region;
        if (region.IsOwn)
            OnOwnRegion(MappedMemory.MapAndPopulateBehind(file, MemoryAccess.ReadWrite));
        else
            OnForeignRegion(number, Staging.Regions.RegionMemory.MapForReader(file));
        _writer.RegionMapped(number);
        IsIntroduced |= region.IsOwn;
    }

    public void OnRegionGone(uint number)
    {
        lock (core.Gate)
        {
            if (_foreign.Remove(number, out var region))
                region.Retire();
        }
    }

    public void OnChannelRegion(ulong channel, ushort index, uint region)
    {
        lock (core.Gate)
        {
            var mapped = _foreign.GetValueOrDefault(region);
            TableOf(channel)[index] = mapped;
            if (_outbound.TryGetValue(channel, out var outbound) && mapped is not null && !outbound.IsClosed)
                outbound.Port.Fan.MapRegion(outbound.Subscriber, mapped.Name, index);
            // The consumer is told first and answers; the producer, who has the channel by then, is told last and does not.
            if (_outbound.ContainsKey(channel))
                return;
        }
        _writer.ChannelRegionReady(channel, index, region);
    }

    public void OnChannel(Messages.AttachMessage.Channel.Reader channel, Received message)
    {
        using var file = message.TakeMemory(0);
        using var doorbellFile = message.TakeMemory(1);
        var signal = message.DescriptorCount > 2 ? message.TakeEvent(2) : null;
        var rings = ChannelFile.Map(file);
        var doorbell = Doorbell.Map(doorbellFile);
        var ringer = new DoorbellNotifier(doorbell, signal);
        lock (core.Gate)
        {
            _memories[channel.Channel] = new ChannelMemory(rings, doorbell, signal);
            if (channel.IsProducer)
                AddOutbound(channel, new ProducerChannel(new ChannelProducer(rings), ringer));
            else
                AddInbound(channel, new ConsumerChannel(new ChannelConsumer(rings), ringer));
        }
        _writer.ChannelReady(channel.Channel);
        core.Doorbell?.Wake();
    }

    public void OnChannelClosed(ulong channel, Messages.AttachMessage.ClosedReason reason)
    {
        lock (core.Gate)
        {
            if (_outbound.TryGetValue(channel, out var outbound))
                Detach(outbound, reason is Messages.AttachMessage.ClosedReason.PeerCompleted
                    or Messages.AttachMessage.ClosedReason.ScaledAway);
            if (!_inbound.TryGetValue(channel, out var inbound))
                return;
            inbound.IsClosed = true;
            inbound.Merged.Close();
            if (reason == Messages.AttachMessage.ClosedReason.ScaledAway)
                FanIn.AbandonWhenDrained(inbound.Merged);
            core.Poll();
        }
        core.Doorbell?.Wake();
    }

    private static void Detach(OutboundChannel channel, bool isCompleted)
    {
        if (channel.IsClosed)
            return;
        channel.IsClosed = true;
        channel.Port.Fan.Detach(channel.Subscriber, isCompleted);
    }

    public void OnConsumerGone(ulong channel)
    {
        lock (core.Gate)
        {
            if (!_outbound.Remove(channel, out var gone))
                return;
            gone.Port.Fan.TakeBack(gone.End);
            Unmap(channel);
        }
        core.Doorbell?.Wake();
    }

    public void OnProducerCompleted(string name, string peer)
    {
        lock (core.Gate)
        {
            var (port, producer) = ProducerOf(name, peer);
            port.Merge.EndProducer(producer);
        }
        core.Doorbell?.Wake();
    }

    public void OnEdgePolicy(Messages.AttachMessage.EdgePolicy.Reader told)
    {
        var (name, edge, policy) = (told.Port.ToString(), told.Edge.ToString(), PortPlan.Read(told));
        lock (core.Gate)
        {
            if (told.IsProducer)
                OutputOf(name).ChangePolicy(edge, policy);
            else
                InputOf(name).Merge.DeadlineNs = policy.DeadlineNs;
            core.Poll();
        }
        core.Doorbell?.Wake();
    }

    /// <summary>The sidecar is dead: its regions are let go of as soon as nothing points into them.</summary>
    public void Detach()
    {
        lock (core.Gate)
        {
            core.Detach();
            foreach (var region in _foreign.Values)
                region.Orphan();
            _foreign.Clear();
            foreach (var memory in _memories.Values)
                memory.Dispose();
        }
        core.Doorbell?.Wake();
    }

    public void Dispose()
    {
        _writer.Close();
        connection.Dispose();
    }

    private ChannelRegions TableOf(ulong channel)
    {
        if (!_tables.TryGetValue(channel, out var table))
            _tables[channel] = table = new ChannelRegions();
        return table;
    }

    /// <summary>Under the lock, when no port uses the channel any more.</summary>
    private void Unmap(ulong channel)
    {
        _tables.Remove(channel);
        if (_memories.Remove(channel, out var memory))
            memory.Dispose();
    }

    private void OnOwnRegion(MappedMemory memory)
    {
        var region = new OwnRegion(memory);
        lock (core.Gate)
            core.SetRegion(region);
    }

    private void OnForeignRegion(uint number, MappedMemory memory)
    {
        lock (core.Gate)
            _foreign[number] = regions.Add(memory);
    }

    private void AddInbound(Messages.AttachMessage.Channel.Reader channel, ConsumerChannel end)
    {
        var (port, producer) = ProducerOf(channel.Port.ToString(), channel.Peer.ToString());
        var inbound = new InboundChannel(channel.Channel, port, TableOf(channel.Channel));
        inbound.Merged = port.Merge.Attach(channel.Channel, producer, end);
        inbound.Merged.State = inbound;
        _inbound[channel.Channel] = inbound;
    }

    private (InputPort Port, int Producer) ProducerOf(string name, string peer)
    {
        var port = InputOf(name);
        var producer = port.Producers.NumberOf(peer);
        return producer >= 0 ? (port, producer)
            : throw new MediaOperatorException(MediaOperatorError.Protocol,
                $"The sidecar spoke of a channel of input '{name}' from '{peer}', for whom its welcome has no place.");
    }

    private InputPort InputOf(string name) => core.Inputs.FirstOrDefault(candidate => candidate.Plan.Name == name)
        ?? throw new MediaOperatorException(MediaOperatorError.Protocol,
            $"The sidecar spoke of input '{name}', which is not in its welcome.");

    private OutputPort OutputOf(string name) => core.Outputs.FirstOrDefault(candidate => candidate.Plan.Name == name)
        ?? throw new MediaOperatorException(MediaOperatorError.Protocol,
            $"The sidecar spoke of output '{name}', which is not in its welcome.");

    private void AddOutbound(Messages.AttachMessage.Channel.Reader channel, ProducerChannel end)
    {
        var (name, edge, peer) = (channel.Port.ToString(), channel.Edge.ToString(), channel.Peer.ToString());
        var port = OutputOf(name);
        var subscriber = port.SubscriberOf(edge, peer);
        if (subscriber < 0)
            throw new MediaOperatorException(MediaOperatorError.Protocol,
                $"The sidecar announced a channel of edge '{edge}' to '{peer}', for whom its welcome has no place.");
        if (port.Fan.IsTaken(subscriber))
            throw new MediaOperatorException(MediaOperatorError.Protocol,
                $"The sidecar announced a second channel of edge '{edge}' to '{peer}', which has one that is not closed.");
        var outbound = new OutboundChannel(channel.Channel, port, subscriber, (int)channel.PeerReplica, end);
        _outbound[channel.Channel] = outbound;
        Attach(outbound);
    }

    private void Attach(OutboundChannel channel)
    {
        channel.Port.Fan.Attach(channel.Subscriber, channel.End, channel.Replica);
        var table = TableOf(channel.Id);
        for (var index = 1; index < table.Count; index++)
            if (table[index] is { IsUnmapped: false } region)
                channel.Port.Fan.MapRegion(channel.Subscriber, region.Name, index);
        channel.Port.Fan.Pump();
    }
}
