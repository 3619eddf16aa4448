using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>A <see cref="ChannelConsumer"/> with the doorbell of its producer.</summary>
public sealed class ConsumerChannel(ChannelConsumer consumer, DoorbellNotifier ringer) : IInboundChannel
{
    /// <inheritdoc/>
    public int Capacity => consumer.Capacity;

    /// <inheritdoc/>
    public bool IsBroken => consumer.Violation != ChannelViolation.None;

    /// <summary>What the producer did wrong.</summary>
    public ChannelViolation Violation => consumer.Violation;

    /// <inheritdoc/>
    public bool HasDescriptor => consumer.HasDescriptor;

    /// <inheritdoc/>
    public bool TryPop(out FrameDescriptor descriptor) => consumer.TryPop(out descriptor);

    /// <inheritdoc/>
    public void Return(ulong ticket, ReturnKind kind)
    {
        consumer.Return(ticket, kind);
        ringer.Ring();
    }

    /// <inheritdoc/>
    public void CountFrame(ref FrameDescriptor descriptor, long nowNs, long wakeUpNs)
    {
        long bytes = 0;
        foreach (ref readonly var segment in descriptor.Segments)
            bytes += segment.Length;
        var here = Math.Max(0, nowNs - (long)descriptor.SentAtNanoseconds);
        var wakeUp = Math.Clamp(wakeUpNs, 0, here);
        consumer.Counters.AddFrame(bytes, here + (long)descriptor.EdgeAgeNanoseconds);
        consumer.Counters.AddPart(LatencyPart.Queue, here - wakeUp);
        consumer.Counters.AddPart(LatencyPart.WakeUp, wakeUp);
    }

    /// <inheritdoc/>
    public void CountProcessing(long nanoseconds) => consumer.Counters.AddPart(LatencyPart.Processing, nanoseconds);

    /// <inheritdoc/>
    public void CountGaps(uint sequences) => consumer.Counters.AddGaps(sequences);

    /// <inheritdoc/>
    public void CountDrops(GapCause cause, long sequences) => consumer.Counters.AddConsumerDrops(cause, sequences);

    /// <inheritdoc/>
    public void CountDuplicate() => consumer.Counters.AddDuplicate();
}
