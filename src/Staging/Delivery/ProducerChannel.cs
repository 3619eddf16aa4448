using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>A <see cref="ChannelProducer"/> with the doorbell of its consumer.</summary>
public sealed class ProducerChannel(ChannelProducer producer, DoorbellNotifier ringer) : IOutboundChannel
{
    /// <inheritdoc/>
    public int Capacity => producer.Capacity;

    /// <inheritdoc/>
    public bool IsBroken => producer.Violation != ChannelViolation.None;

    /// <inheritdoc/>
    public bool IsAway => producer.IsConsumerAway;

    /// <inheritdoc/>
    public bool CanTakeBack => producer.Header.CanTakeBack;

    /// <inheritdoc/>
    public int Unread => producer.Unread;

    /// <inheritdoc/>
    public int TakeBack(out ulong first) => producer.TakeBack(out first);

    /// <inheritdoc/>
    public void CountDrops(GapCause cause, long sequences) => producer.Counters.AddProducerDrops(cause, sequences);

    /// <summary>What the consumer did wrong.</summary>
    public ChannelViolation Violation => producer.Violation;

    /// <inheritdoc/>
    public bool TryPush(ref FrameDescriptor descriptor)
    {
        if (!producer.TryPush(ref descriptor))
            return false;
        ringer.Ring();
        return true;
    }

    /// <inheritdoc/>
    public bool TryPopReturn(out ReturnEntry entry) => producer.TryPopReturn(out entry);
}
