using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>What one of the sidecar's own ends holds of a channel: its mapping, and the eventfd that the peer signals.</summary>
internal sealed class ChannelLease(MappedMemory memory, DoorbellWaiter waiter) : IDisposable
{
    public MappedMemory Memory { get; } = memory;

    public EventDescriptor Signal { get; } = waiter.AddPeer();

    /// <summary>The consumer's number in the fan, where this is a producing end.</summary>
    public int Subscriber { get; set; }

    /// <summary>The producing end, where this is one.</summary>
    public ProducerChannel? Producer { get; set; }

    public void Dispose()
    {
        waiter.RemovePeer(Signal);
        Memory.Dispose();
    }
}
