using System.Numerics;

namespace K8sMediaFlow.Primitives;

/// <summary>
/// Latencies counted in 128 buckets, two per octave of nanoseconds, as the channels hold them. Percentiles of several pods cannot be
/// averaged; buckets can be added, so buckets travel.
/// </summary>
public sealed class LatencyHistogram
{
    public const int BucketCount = 128;
    private readonly long[] _buckets;

    /// <param name="buckets">At most 128 counts; those missing are zero.</param>
    public LatencyHistogram(ReadOnlySpan<long> buckets)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(buckets.Length, BucketCount);
        _buckets = new long[BucketCount];
        buckets.CopyTo(_buckets);
    }

    public static LatencyHistogram Empty { get; } = new([]);

    public ReadOnlySpan<long> Buckets => _buckets;

    /// <summary>Saturates at the largest value: the counts come from another process and may be false.</summary>
    public long Count
    {
        get
        {
            var sum = 0L;
            foreach (var count in _buckets)
                sum += Math.Min(Math.Max(0, count), long.MaxValue - sum);
            return sum;
        }
    }

    /// <summary>The bucket that a latency falls into: 2·⌊log2 ns⌋ + the next bit.</summary>
    public static int BucketOf(long nanoseconds)
    {
        if (nanoseconds < 2)
            return 0;
        var octave = BitOperations.Log2((ulong)nanoseconds);
        return (2 * octave) + (int)((nanoseconds >> (octave - 1)) & 1);
    }

    /// <summary>The middle of a bucket, in nanoseconds: within a fifth of every latency in it.</summary>
    public static double MiddleOf(int bucket)
    {
        var octave = Math.Pow(2, bucket / 2);
        return octave * (bucket % 2 == 0 ? 1.25 : 1.75);
    }

    /// <summary>
    /// Nanoseconds that the given part (0..1) of the latencies does not exceed, to within its bucket; 0 where none was counted.
    /// </summary>
    public double Percentile(double part)
    {
        var wanted = (long)Math.Ceiling(Count * part);
        long seen = 0;
        for (var bucket = 0; bucket < BucketCount; bucket++)
        {
            seen += Math.Min(Math.Max(0, _buckets[bucket]), long.MaxValue - seen);
            if (seen >= wanted && seen > 0)
                return MiddleOf(bucket);
        }

        return 0;
    }

    public LatencyHistogram Plus(LatencyHistogram other) => Combine(other, static (mine, theirs) => mine + theirs);

    /// <summary>What was counted since an earlier reading; never negative, as a restarted sidecar counts from zero.</summary>
    public LatencyHistogram Since(LatencyHistogram earlier) => Combine(earlier, static (now, before) => Math.Max(0, now - before));

    private LatencyHistogram Combine(LatencyHistogram other, Func<long, long, long> combine)
    {
        ArgumentNullException.ThrowIfNull(other);
        var buckets = new long[BucketCount];
        for (var bucket = 0; bucket < BucketCount; bucket++)
            buckets[bucket] = combine(_buckets[bucket], other._buckets[bucket]);
        return new LatencyHistogram(buckets);
    }
}
