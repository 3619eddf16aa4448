using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Contract;

/// <summary>What feeds an outbound link: one edge's frames for one peer pod.</summary>
/// <remarks>
/// All members but <see cref="Wake"/> are called by the link's data thread only: one thread at a time, from one epoch to the next not
/// always the same one, with everything earlier visible. While the link is down no thread calls: the frames wait where they are. For every
/// frame taken: Landed at most once, then Done exactly once. Refused, if at all, comes before both.
/// </remarks>
public interface ILinkSource
{
    /// <summary>
    /// Takes the next frame; false when there is none now. The link keeps it until <see cref="Done"/>, over any number of epochs.
    /// </summary>
    bool TryTake(out LinkFrame frame);

    /// <summary>The receiver has it, whole and checked.</summary>
    void Landed(ulong handle);

    /// <summary>
    /// The frame can never be sent: a gap notice (Dropped) goes in its place, so the handle still ends with <see cref="Done"/>.
    /// </summary>
    void Refused(ulong handle, LinkRefusal refusal);

    /// <summary>
    /// A gap notice went in the frame's place: it became too old, or its receiver has died and may have had it. The handle still ends with
    /// <see cref="Done"/>.
    /// </summary>
    void Dropped(ulong handle, GapCause cause)
    {
        // For sources whose frames are neither dropped nor sent once.
    }

    /// <summary>
    /// Frames are taken only when they can be written at once: with a grant for the largest one, and room in the fabric. What waits then
    /// waits at the source, which may drop it.
    /// </summary>
    bool TakesWithGrant => false;

    /// <summary>The receiver needs no replay of it and nothing reads its memory any more: the hold ends.</summary>
    void Done(ulong handle);

    /// <summary>
    /// Nothing more will come from <see cref="TryTake"/>: the link ends in order once all is done, and is opened again when this is so no
    /// more.
    /// </summary>
    bool Ended { get; }

    /// <summary>Whether the link carries frames now. Called when that changes; until it is said, it does not.</summary>
    void Carries(bool isUp)
    {
        // For sources that have somewhere else to send meanwhile.
    }

    /// <summary>
    /// Sleeps until a frame may be there, <see cref="Wake"/> was called (also before the call: no wake-up is lost) or the time is over.
    /// </summary>
    void Wait(TimeSpan timeout);

    /// <summary>Ends a <see cref="Wait"/>, now or the next one. Any thread.</summary>
    void Wake();
}

/// <summary>Why a frame can never cross a link.</summary>
public enum LinkRefusal
{
    /// <summary>Larger than the largest block that the receiver has.</summary>
    FrameTooLarge = 1,
}
