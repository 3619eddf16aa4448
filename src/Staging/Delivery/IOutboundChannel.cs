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

    /// <summary>Publishes a descriptor and sets its ticket; rings the consumer. False when the channel is full.</summary>
    bool TryPush(ref FrameDescriptor descriptor);

    /// <summary>The next thing that the consumer gave back.</summary>
    bool TryPopReturn(out ReturnEntry entry);
}
