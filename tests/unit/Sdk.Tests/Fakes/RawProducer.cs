using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk.Tests.Fakes;

/// <summary>A producer without an SDK: what an inbound link, or a misbehaving peer, is to the operator under test.</summary>
internal sealed class RawProducer : IEnd
{
    private readonly RegionWriter _writer;
    private readonly BlockQuota _quota = new(1000);
    private DoorbellNotifier _ringer = null!;
    private MemoryFile _doorbell;

    public RawProducer(string name = "link")
    {
        Name = name;
        Region = StagingRegion.Create(name, [new BlockClass(4096, 256), new BlockClass(64 << 10, 256)]);
        _writer = new RegionWriter(Region.MapForProducer());
        Region.Seal();
        _doorbell = Doorbell.Create(name);
    }

    public string Name { get; }

    public MemoryFile DoorbellFile => _doorbell;

    public StagingRegion Region { get; }

    public ChannelProducer Channel { get; private set; } = null!;

    public ulong Stream { get; init; } = 42;

    /// <summary>What frames say of the time before they came here, on earlier edges and on this one.</summary>
    public ulong AgeNanoseconds { get; set; }

    /// <inheritdoc cref="AgeNanoseconds"/>
    public ulong EdgeAgeNanoseconds { get; set; }

    /// <summary>The times of every frame as its source has them.</summary>
    public TimingInfo Timing { get; set; }

    public List<(ulong Ticket, ReturnKind Kind)> Returns { get; } = [];

    public void Offer(StagingRegion region)
    {
    }

    public void Tell(ulong channel, ushort index, StagingRegion region, bool isConsumer)
    {
    }

    public void Offer(ChannelFile channel, string port, bool isProducer, IEnd peer)
    {
        Channel = new ChannelProducer(ChannelFile.Map(channel.File));
        _ringer = new DoorbellNotifier(Doorbell.Map(peer.DoorbellFile));
    }

    /// <summary>A frame whose payload is its sequence, repeated.</summary>
    public void Send(ulong sequence, int payloadBytes = 1000, DescriptorFlags flags = DescriptorFlags.None) =>
        TrySend(sequence, payloadBytes, flags).ShouldBeTrue();

    public bool TrySend(ulong sequence, int payloadBytes = 1000, DescriptorFlags flags = DescriptorFlags.None)
    {
        if (Channel.IsFull)
            return false;
        _writer.TryTake(1, _quota, out var envelope).ShouldBeTrue();
        _writer.TryTake(payloadBytes, _quota, out var payload).ShouldBeTrue();
        _writer.Memory(payload)[..payloadBytes].Fill((byte)sequence);
        var info = new FrameInfo
        {
            Stream = Stream,
            Sequence = sequence,
            PresentationTimeNs = (long)sequence * 1000,
            DurationNs = 1000,
            Timing = Timing,
            CaptureTimeWallNs = 5,
        };
        var length = FrameEnvelope.Write(_writer.Memory(envelope), in info, payloadBytes);
        var descriptor = Descriptor(FrameKind.Frame, sequence);
        descriptor.Flags = flags;
        descriptor.AddSegment(new SegmentRef(0, envelope, 0, (uint)length));
        descriptor.AddSegment(new SegmentRef(0, payload, 0, (uint)payloadBytes));
        Push(ref descriptor);
        return true;
    }

    /// <summary>A frame whose envelope is garbage.</summary>
    public void SendGarbage(ulong sequence)
    {
        _writer.TryTake(1, _quota, out var envelope).ShouldBeTrue();
        _writer.Memory(envelope)[..256].Fill(0xEE);
        var descriptor = Descriptor(FrameKind.Frame, sequence);
        descriptor.AddSegment(new SegmentRef(0, envelope, 0, 256));
        Push(ref descriptor);
    }

    public void SendGap(ulong sequence, uint count)
    {
        var descriptor = Descriptor(FrameKind.Gap, sequence);
        (descriptor.GapCount, descriptor.GapCause) = (count, GapCause.Dropped);
        Push(ref descriptor);
    }

    public void End(ulong last)
    {
        var descriptor = Descriptor(FrameKind.EndOfStream, last);
        Push(ref descriptor);
    }

    /// <summary>Collects returns until the condition holds; the wait is bounded.</summary>
    public void AwaitReturns(Func<List<(ulong Ticket, ReturnKind Kind)>, bool> condition) => Bounded.Await(() =>
    {
        Collect();
        return condition(Returns);
    });

    public void Collect()
    {
        while (Channel.TryPopReturn(out var entry))
            Returns.Add((entry.Ticket, entry.Kind));
    }

    private FrameDescriptor Descriptor(FrameKind kind, ulong sequence) => new()
    {
        Kind = kind,
        Stream = Stream,
        Sequence = sequence,
        AgeNanoseconds = AgeNanoseconds,
        EdgeAgeNanoseconds = EdgeAgeNanoseconds,
        SentAtNanoseconds = (ulong)MonotonicClock.Nanoseconds,
    };

    private void Push(ref FrameDescriptor descriptor)
    {
        Channel.TryPush(ref descriptor).ShouldBeTrue();
        _ringer.Ring();
    }
}
