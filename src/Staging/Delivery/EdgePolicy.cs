using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>What becomes of a frame that finds its edge full.</summary>
public enum FullAction
{
    /// <summary>Its producer waits.</summary>
    Block,

    /// <summary>The oldest one that waits is dropped.</summary>
    DropOldest,

    /// <summary>It is dropped itself.</summary>
    DropNewest,

    /// <summary>All that wait are dropped: a consumer finds the latest one, or none.</summary>
    LatestOnly,
}

/// <summary>
/// The contract of an edge that delivers at most once: a frame that a consumer has taken is not sent again, and one that does not get on
/// may be dropped. Whatever is dropped is explained by a notice in its place.
/// </summary>
/// <param name="OnFull">What becomes of a frame that finds the edge full.</param>
/// <param name="QueueFrames">Frames that may wait for one consumer.</param>
/// <param name="WindowFrames">
/// Frames that may wait for all consumers of the edge or be with them: so many blocks the edge has at most.
/// </param>
/// <param name="DeadlineNs">Age since the source's send at which a frame is dropped; 0: none.</param>
public sealed record EdgePolicy(FullAction OnFull, int QueueFrames, int WindowFrames, long DeadlineNs)
{
    /// <summary>Whether the edge ever drops a frame because it is full, so that no producer waits for it.</summary>
    public bool Drops => OnFull != FullAction.Block;

    /// <summary>Frames that may wait for one consumer.</summary>
    internal int QueueMax => OnFull switch
    {
        FullAction.Block => int.MaxValue,
        FullAction.LatestOnly => 1,
        _ => Math.Max(1, QueueFrames),
    };

    /// <summary>Whether a frame is older than it may be.</summary>
    /// <param name="descriptor">As it was published or posted on this machine.</param>
    /// <param name="deadlineNs">The age allowed, in nanoseconds; 0: any.</param>
    /// <param name="nowNs">Monotonic time.</param>
    public static bool IsLate(in FrameDescriptor descriptor, long deadlineNs, long nowNs) =>
        deadlineNs != 0 && descriptor.Kind == FrameKind.Frame && AgeNs(in descriptor, nowNs) > (ulong)deadlineNs;

    /// <summary>The time since the source's send, added up from the monotonic clocks of the machines on the way.</summary>
    /// <param name="descriptor">As it was published or posted on this machine.</param>
    /// <param name="nowNs">Monotonic time.</param>
    public static ulong AgeNs(in FrameDescriptor descriptor, long nowNs)
    {
        var here = Math.Max(0, nowNs - (long)descriptor.SentAtNanoseconds);
        return descriptor.AgeNanoseconds + descriptor.EdgeAgeNanoseconds + (ulong)here;
    }
}
