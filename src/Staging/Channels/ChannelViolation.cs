namespace K8sMediaFlow.Staging.Channels;

/// <summary>What the peer at the other end of a channel did that no correct peer does. It ends the channel, nothing else.</summary>
public enum ChannelViolation
{
    None,

    /// <summary>The consumer's count of consumed cells went back, or beyond what was published.</summary>
    DescriptorHeadOutOfRange,

    /// <summary>The producer's count of published cells went back, or beyond what the ring holds.</summary>
    DescriptorTailOutOfRange,

    /// <summary>The consumer's count of returns went back, or beyond what the ring holds.</summary>
    ReturnTailOutOfRange,

    /// <summary>The producer's count of returns taken went back, or beyond what was returned.</summary>
    ReturnHeadOutOfRange,

    /// <summary>A descriptor's ticket is not the next one.</summary>
    TicketOutOfOrder,

    /// <summary>A descriptor is no frame, gap or end of stream.</summary>
    BadKind,

    /// <summary>A descriptor's segment count does not fit its kind.</summary>
    BadSegmentCount,

    /// <summary>A gap explains nothing, too much, or has no cause; or what is no gap explains something.</summary>
    BadGap,

    /// <summary>A frame or gap is number 0.</summary>
    BadSequence,

    /// <summary>A flag that this version does not know.</summary>
    BadFlags,

    /// <summary>A return is neither Returned nor Done.</summary>
    BadReturnKind,

    /// <summary>A return names a ticket that is not out: never given, or done before.</summary>
    UnknownTicket,

    /// <summary>A return repeats an earlier one.</summary>
    ReturnedTwice,

    /// <summary>A frame was declared done that is not returned.</summary>
    DoneBeforeReturned,
}

/// <summary>Counts violations in this process, for metrics.</summary>
public static class ChannelViolations
{
    private static long _count;

    public static long Count => Volatile.Read(ref _count);

    internal static void Add() => Interlocked.Increment(ref _count);
}
