using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sidecar.Ports;

/// <summary>The figures of several channels, added up.</summary>
internal sealed class ChannelTally
{
    private readonly long[] _latencies = new long[ChannelCounters.Buckets];

    public long Frames { get; private set; }

    public long Bytes { get; private set; }

    public long Gaps { get; private set; }

    public long Duplicates { get; private set; }

    public long LatencySumNanoseconds { get; private set; }

    public ReadOnlySpan<long> Latencies => _latencies;

    public void Add(ChannelFigures figures)
    {
        Frames += (long)figures.Frames;
        Bytes += (long)figures.Bytes;
        Gaps += (long)figures.Gaps;
        Duplicates += (long)figures.Duplicates;
        LatencySumNanoseconds += (long)figures.LatencySumNanoseconds;
        for (var bucket = 0; bucket < _latencies.Length; bucket++)
            _latencies[bucket] += (long)figures.Histogram[bucket];
    }

    public void Add(ChannelTally other)
    {
        Frames += other.Frames;
        Bytes += other.Bytes;
        Gaps += other.Gaps;
        Duplicates += other.Duplicates;
        LatencySumNanoseconds += other.LatencySumNanoseconds;
        for (var bucket = 0; bucket < _latencies.Length; bucket++)
            _latencies[bucket] += other._latencies[bucket];
    }
}
