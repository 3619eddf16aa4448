using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>
/// Whom an <see cref="FanOut"/> tells about the frames that were sent. Called inside the fan's methods, under the lock of the fan's owner:
/// short, and never back into the fan.
/// </summary>
public interface IFrameOwner
{
    /// <summary>Every channel that the frame went to has returned it. Exactly once per frame, before <see cref="Done"/>.</summary>
    void Returned(int tag);

    /// <summary>
    /// Every channel that the frame went to has it done (or, with <see cref="FanOutRetention.UntilReturned"/>, its consumer died after
    /// having returned it). Exactly once.
    /// </summary>
    void Done(int tag);

    /// <summary>
    /// Called before a frame is pushed. An owner whose memory changed meanwhile (the sidecar died) puts the frame in the new place and
    /// corrects the descriptor; false leaves the frame waiting at the front of its queue.
    /// </summary>
    bool Prepare(int tag, ref FrameDescriptor descriptor) => true;

    /// <summary>
    /// The key that an edge with <see cref="FanOutDistribution.ByKey"/> deals the frame out by. Equal keys are equal numbers, at every
    /// producer of the edge. Asked while the frame waits: its bytes are there.
    /// </summary>
    ulong KeyOf(int tag, int edge, ref FrameDescriptor descriptor) => 0;
}

/// <summary>How long the owner of a fan keeps a frame's bytes, and so what is sent again after a consumer's death.</summary>
public enum FanOutRetention
{
    /// <summary>
    /// Until <see cref="IFrameOwner.Done"/> (AtLeastOnce). Everything that is not done is sent again: what a dead consumer had
    /// returned may not have left it in any form.
    /// </summary>
    UntilDone,

    /// <summary>Until <see cref="IFrameOwner.Returned"/> (AtMostOnce). What a dead consumer had returned counts as done.</summary>
    UntilReturned,
}

/// <summary>How an edge deals frames out to its consumers.</summary>
public enum FanOutDistribution
{
    /// <summary>
    /// Each frame to one consumer: the one that has least to do, of equal ones the next after the one that was served last.
    /// </summary>
    RoundRobin,

    /// <summary>Each frame to every consumer.</summary>
    Broadcast,

    /// <summary>
    /// Each frame to the consumer that has its key. A consumer that stands still keeps its keys: what comes for it waits, and where nothing
    /// may be dropped its producer waits once the window is full of it.
    /// </summary>
    ByKey,
}
