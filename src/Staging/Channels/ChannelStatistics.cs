namespace K8sMediaFlow.Staging.Channels;

/// <summary>What <see cref="ChannelCounters"/> said at one time. All since the channel was made; latencies in nanoseconds.</summary>
public sealed record ChannelStatistics(ulong Frames, ulong Bytes, ulong Gaps, ulong Duplicates, ulong LatencySumNanoseconds,
    IReadOnlyList<ulong> Histogram)
{
    /// <summary>By <see cref="LatencyPart"/>.</summary>
    public IReadOnlyList<PartStatistics> Parts { get; init; } = [];

    /// <summary>Sequences that were dropped on this channel, by <see cref="Primitives.GapCause"/>.</summary>
    public IReadOnlyList<ulong> Drops { get; init; } = [];

    /// <summary>The upper end of the bucket that the share falls into; 0 where nothing was counted.</summary>
    /// <param name="share">Between 0 and 1: 0.99 for p99.</param>
    public double PercentileNanoseconds(double share) => PercentileNanoseconds(Histogram, share);

    /// <inheritdoc cref="PercentileNanoseconds(double)"/>
    /// <param name="histogram">Buckets as docs/reference/wire-formats.md section 2 has them, for example sums over several
    /// channels.</param>
    public static double PercentileNanoseconds(IReadOnlyList<ulong> histogram, double share)
    {
        var total = 0.0;
        foreach (var count in histogram)
            total += count;
        var seen = 0.0;
        for (var bucket = 0; bucket < histogram.Count; bucket++)
        {
            seen += histogram[bucket];
            if (seen > 0 && seen >= share * total)
                return UpperEndNanoseconds(bucket);
        }
        return 0;
    }

    private static double UpperEndNanoseconds(int bucket) => Math.Pow(2, bucket / 2) * (bucket % 2 == 0 ? 1.5 : 2);
}
