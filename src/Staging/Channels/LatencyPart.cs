namespace K8sMediaFlow.Staging.Channels;

/// <summary>
/// What a frame's time on a channel was spent on, as its consumer knows it. Queue and wake-up together are the time from the send to the
/// receipt.
/// </summary>
public enum LatencyPart
{
    /// <summary>It lay there while the consumer was busy with others, or waited for one that goes before it.</summary>
    Queue = 0,

    /// <summary>The consumer had looked in vain and had to come back to look again.</summary>
    WakeUp = 1,

    /// <summary>From the receipt until the consumer gave it back.</summary>
    Processing = 2,
}

/// <summary>The frames of one part: how many fell into each octave of nanoseconds, and their sum.</summary>
public sealed record PartStatistics(ulong SumNanoseconds, IReadOnlyList<ulong> Octaves)
{
    /// <summary>Frames counted.</summary>
    public ulong Count => Octaves.Aggregate(0ul, (sum, one) => sum + one);
}
