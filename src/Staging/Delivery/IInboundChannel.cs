using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>
/// The consuming end of one channel as an <see cref="FanIn"/> sees it; <see cref="ConsumerChannel"/> is the real one, tests have others.
/// </summary>
public interface IInboundChannel
{
    /// <summary>Most frames that are not done.</summary>
    int Capacity { get; }

    /// <summary>Whether the producer broke the protocol: the channel takes and gives nothing any more.</summary>
    bool IsBroken { get; }

    /// <summary>Whether a descriptor waits to be taken.</summary>
    bool HasDescriptor { get; }

    /// <summary>Takes the next descriptor.</summary>
    bool TryPop(out FrameDescriptor descriptor);

    /// <summary>Gives something back and rings the producer.</summary>
    void Return(ulong ticket, ReturnKind kind);

    /// <summary>Counts a frame that was received, and how much of its time on this channel its consumer took to come back for it.</summary>
    void CountFrame(ref FrameDescriptor descriptor, long nowNs, long wakeUpNs);

    /// <summary>Counts what a frame's consumer took until it gave it back.</summary>
    void CountProcessing(long nanoseconds);

    /// <summary>Counts sequences that a notice explained.</summary>
    void CountGaps(uint sequences);

    /// <summary>Counts frames that the consumer dropped unread, or gave up.</summary>
    void CountDrops(GapCause cause, long sequences)
    {
        // For channels that nobody reads figures from.
    }

    /// <summary>Counts a duplicate.</summary>
    void CountDuplicate();
}
