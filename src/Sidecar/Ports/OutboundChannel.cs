using K8sMediaFlow.Fabric;
using K8sMediaFlow.Native;
using K8sMediaFlow.Sidecar.Links;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sidecar.Ports;

/// <summary>One producer's channel into an outbound link, with the regions that its descriptors may name.</summary>
internal sealed class OutboundChannel(PortChannel channel, ChannelLease lease)
{
    private readonly List<RegionReader?> _regions = [];

    public PortChannel Channel { get; } = channel;

    public ChannelLease Lease { get; } = lease;

    public ChannelConsumer Consumer { get; } = new(lease.Memory);

    /// <summary>The producer is dead; what it had published still goes out.</summary>
    public bool IsClosing { get; set; }

    /// <summary>Taken by the link and not done.</summary>
    public int Held { get; set; }

    /// <summary>What ended the channel, in words; null while it is sound.</summary>
    public string? Fault { get; private set; }

    public void MapRegion(int index, PodRegion region)
    {
        while (_regions.Count <= index)
            _regions.Add(null);
        _regions[index] = region.Reader;
    }

    /// <summary>Counts what has left the pod's memory for the link; latency is what it waited in the channel.</summary>
    public void Count(in FrameDescriptor descriptor)
    {
        if (descriptor.Kind == DescriptorKind.Gap)
            Consumer.Counters.AddGaps(descriptor.GapCount);
        if (descriptor.Kind != DescriptorKind.Frame)
            return;
        long bytes = 0;
        foreach (ref readonly var segment in descriptor.Segments)
            bytes += segment.Length;
        Consumer.Counters.AddFrame(bytes, MonotonicClock.Nanoseconds - (long)descriptor.SentAtNanoseconds);
    }

    /// <summary>Adds the descriptor's segments as memory. False: the producer named what it may not; the channel is at its end.</summary>
    public bool TryResolve(ref FrameDescriptor descriptor, ref LinkFrame frame)
    {
        for (var index = 0; index < descriptor.SegmentCount; index++)
        {
            var segment = descriptor.Segment(index);
            var region = segment.Region < _regions.Count ? _regions[segment.Region] : null;
            var error = SegmentError.UnknownBlock;
            if (region is null || segment.Length > int.MaxValue || !region.TryResolveAddress(in segment, out var address, out error))
            {
                Fault = $"{Channel}: segment {index} of {descriptor.Stream:x}/{descriptor.Sequence} is no memory of its producer ({(region is null ? "unknown region" : error)})";
                return false;
            }
            frame.AddSegment(new MemoryPart(address, (int)segment.Length));
        }
        return true;
    }
}
