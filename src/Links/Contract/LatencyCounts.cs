using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Contract;

/// <summary>Latencies counted in the buckets of the channels. One writer; a reader may see one count more or less.</summary>
public sealed class LatencyCounts
{
    private readonly long[] _buckets = new long[LatencyHistogram.BucketCount];
    private long _sum;

    public ReadOnlySpan<long> Buckets => _buckets;

    public long SumNanoseconds => Volatile.Read(ref _sum);

    public void Add(long nanoseconds)
    {
        _buckets[LatencyHistogram.BucketOf(nanoseconds)]++;
        _sum += Math.Max(0, nanoseconds);
    }
}
