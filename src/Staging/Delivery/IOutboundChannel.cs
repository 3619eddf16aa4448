using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>
/// The producing end of one channel as an <see cref="FanOut"/> sees it; <see cref="ProducerChannel"/> is the real one, tests have others.
/// </summary>
public interface IOutboundChannel
{
    /// <summary>Most frames that are not done.</summary>
    int Capacity { get; }

    /// <summary>Whether the consumer broke the protocol: the channel takes and gives nothing any more.</summary>
    bool IsBroken { get; }

    /// <summary>The consumer says that it passes nothing on for now: a link that is down. What is pushed waits.</summary>
    bool IsAway => false;

    /// <summary>What was pushed can be taken back while the consumer has not taken it.</summary>
    bool CanTakeBack => false;

    /// <summary>What was pushed and the consumer has not taken, where it can be taken back; else 0.</summary>
    int Unread => 0;

    /// <summary>Takes back everything that the consumer has not taken.</summary>
    /// <param name="first">The first ticket of it; the others follow.</param>
    /// <returns>How many.</returns>
    int TakeBack(out ulong first)
    {
        first = 0;
        return 0;
    }

    /// <summary>Counts sequences that were dropped before the consumer could take them.</summary>
    void CountDrops(GapCause cause, long sequences)
    {
        // For channels that nobody reads figures from.
    }

    /// <summary>Publishes a descriptor and sets its ticket; rings the consumer. False when the channel is full.</summary>
    bool TryPush(ref FrameDescriptor descriptor);

    /// <summary>The next thing that the consumer gave back.</summary>
    bool TryPopReturn(out ReturnEntry entry);
}
