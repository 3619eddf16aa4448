using K8sMediaFlow.Sdk.Memory;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>What belongs to one channel of an input beside its rings: which regions its descriptors may name.</summary>
internal sealed class InboundChannel(ulong id, InputPort port, ChannelRegions regions)
{
    public ulong Id { get; } = id;

    public InputPort Port { get; } = port;

    public FanInChannel Merged { get; set; } = null!;

    /// <summary>The sidecar was told what the producer did wrong.</summary>
    public bool IsReported { get; set; }

    /// <summary>Its sidecar is dead: no goodbye is expected.</summary>
    public bool IsOrphaned { get; set; }

    /// <summary>The sidecar said that the producer is gone: it expects a goodbye.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Believes nothing of what the producer wrote.</summary>
    public bool TryResolve(ref FrameDescriptor descriptor, int index, out ReadOnlySpan<byte> bytes, out ForeignRegion? region)
    {
        var segment = descriptor.Segment(index);
        region = regions[segment.Region];
        bytes = default;
        return region is { IsUnmapped: false } && region.Reader.TryResolve(in segment, out bytes);
    }
}
