using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk.Tests.Fakes;

/// <summary>A consumer without an SDK: what an outbound link is to the operator under test.</summary>
internal sealed class RawConsumer(string name = "sink") : IEnd
{
    private readonly Dictionary<StagingRegion, RegionReader> _readers = [];
    private readonly List<RegionReader> _indexes = [];
    private readonly MemoryFile _doorbell = Doorbell.Create(name);
    private DoorbellNotifier _ringer = null!;

    public string Name { get; } = name;

    public MemoryFile DoorbellFile => _doorbell;

    public StagingRegion? Region => null;

    public ChannelConsumer Channel { get; private set; } = null!;

    public void Offer(StagingRegion region) => _readers.TryAdd(region, new RegionReader(region.MapForReader()));

    public void Tell(ulong channel, ushort index, StagingRegion region, bool isConsumer)
    {
        if (index == 0)
            _indexes.Clear();
        _indexes.Add(_readers[region]);
    }

    public void Offer(ChannelFile channel, string port, bool isProducer, IEnd peer)
    {
        Channel = new ChannelConsumer(ChannelFile.Map(channel.File));
        _ringer = new DoorbellNotifier(Doorbell.Map(peer.DoorbellFile));
    }

    /// <summary>The next descriptor; the wait is bounded.</summary>
    public FrameDescriptor Pop()
    {
        FrameDescriptor descriptor = default;
        Bounded.Await(() => Channel.TryPop(out descriptor));
        return descriptor;
    }

    /// <summary>
    /// The next descriptor, which must be a frame, given back and done at once. Returns its payload's first byte and identity.
    /// </summary>
    public (ulong Sequence, byte Content) PopFrame(ReturnKind kind = ReturnKind.Both)
    {
        var descriptor = Pop();
        descriptor.Kind.ShouldBe(FrameKind.Frame);
        Read(ref descriptor, out _).ShouldBeTrue();
        var content = Payload(ref descriptor)[0];
        Payload(ref descriptor).IndexOfAnyExcept(content).ShouldBe(-1);
        if (kind != ReturnKind.None)
            Return(descriptor.Ticket, kind);
        return (descriptor.Sequence, content);
    }

    public bool Read(ref FrameDescriptor descriptor, out FrameView view)
    {
        Resolve(ref descriptor, 0, out var envelope).ShouldBeTrue();
        return FrameEnvelope.TryRead(envelope, Payload(ref descriptor), default, out view, out _);
    }

    public ReadOnlySpan<byte> Payload(ref FrameDescriptor descriptor)
    {
        if (descriptor.SegmentCount < 2)
            return default;
        Resolve(ref descriptor, 1, out var payload).ShouldBeTrue();
        return payload;
    }

    public void Return(ulong ticket, ReturnKind kind)
    {
        Channel.Return(ticket, kind);
        _ringer.Ring();
    }

    private bool Resolve(ref FrameDescriptor descriptor, int index, out ReadOnlySpan<byte> bytes)
    {
        var segment = descriptor.Segment(index);
        return _indexes[segment.Region].TryResolve(in segment, out bytes);
    }
}
