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
