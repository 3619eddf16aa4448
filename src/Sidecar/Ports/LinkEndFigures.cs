using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sidecar.Ports;

/// <summary>Latencies counted in the buckets of the channels. One writer; whoever reads may see one count more or less.</summary>
internal sealed class LatencyCounts
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

/// <summary>Sequences that a gap notice explained instead of a frame, by cause. One writer.</summary>
internal sealed class GapCounts
{
    private readonly long[] _counts = new long[4];

    public long this[GapCause cause] => Volatile.Read(ref _counts[(int)cause]);

    public void Add(in FrameDescriptor descriptor)
    {
        if (descriptor.Kind == DescriptorKind.Gap && (int)descriptor.GapCause < _counts.Length)
            _counts[(int)descriptor.GapCause] += descriptor.GapCount;
    }
}
