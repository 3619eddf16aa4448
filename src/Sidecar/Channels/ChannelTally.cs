using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>
/// The figures of several channels, added up. Consumers write them: a figure may be any, a sum stays at the most that there is.
/// </summary>
internal sealed class ChannelTally
{
    private readonly long[] _latencies = new long[ChannelCounters.Buckets];
    private readonly long[] _drops = new long[ChannelCounters.Causes];
    private readonly long[] _partSums = new long[ChannelCounters.Parts];
    private readonly long[] _partOctaves = new long[ChannelCounters.Parts * ChannelCounters.Octaves];

    public long Frames { get; private set; }

    public long Bytes { get; private set; }

    public long Gaps { get; private set; }

    public long Duplicates { get; private set; }

    /// <summary>Sequences that were dropped on these channels, by <see cref="GapCause"/>.</summary>
    public ReadOnlySpan<long> Drops => _drops;

    public long LatencySumNanoseconds { get; private set; }

    public ReadOnlySpan<long> Latencies => _latencies;

    /// <summary>What frames spent on a part of their way: nanoseconds together, and frames by octave of nanoseconds.</summary>
    public (long SumNanoseconds, ReadOnlyMemory<long> Octaves) Part(LatencyPart part) =>
        (_partSums[(int)part], _partOctaves.AsMemory((int)part * ChannelCounters.Octaves, ChannelCounters.Octaves));

    public void Add(ChannelStatistics figures)
    {
        Frames = Sum(Frames, figures.Frames);
        Bytes = Sum(Bytes, figures.Bytes);
        Gaps = Sum(Gaps, figures.Gaps);
        Duplicates = Sum(Duplicates, figures.Duplicates);
        LatencySumNanoseconds = Sum(LatencySumNanoseconds, figures.LatencySumNanoseconds);
        for (var bucket = 0; bucket < _latencies.Length; bucket++)
            _latencies[bucket] = Sum(_latencies[bucket], figures.Histogram[bucket]);
        for (var cause = 0; cause < figures.Drops.Count; cause++)
            _drops[cause] = Sum(_drops[cause], figures.Drops[cause]);
        for (var part = 0; part < figures.Parts.Count; part++)
            Add(part, figures.Parts[part]);
    }

    public void Add(ChannelTally other)
    {
        Frames = Sum(Frames, (ulong)other.Frames);
        Bytes = Sum(Bytes, (ulong)other.Bytes);
        Gaps = Sum(Gaps, (ulong)other.Gaps);
        Duplicates = Sum(Duplicates, (ulong)other.Duplicates);
        LatencySumNanoseconds = Sum(LatencySumNanoseconds, (ulong)other.LatencySumNanoseconds);
        for (var bucket = 0; bucket < _latencies.Length; bucket++)
            _latencies[bucket] = Sum(_latencies[bucket], (ulong)other._latencies[bucket]);
        for (var cause = 0; cause < _drops.Length; cause++)
            _drops[cause] = Sum(_drops[cause], (ulong)other._drops[cause]);
        for (var part = 0; part < _partSums.Length; part++)
            _partSums[part] = Sum(_partSums[part], (ulong)other._partSums[part]);
        for (var octave = 0; octave < _partOctaves.Length; octave++)
            _partOctaves[octave] = Sum(_partOctaves[octave], (ulong)other._partOctaves[octave]);
    }

    private void Add(int part, PartStatistics figures)
    {
        _partSums[part] = Sum(_partSums[part], figures.SumNanoseconds);
        for (var octave = 0; octave < ChannelCounters.Octaves; octave++)
        {
            ref var count = ref _partOctaves[(part * ChannelCounters.Octaves) + octave];
            count = Sum(count, figures.Octaves[octave]);
        }
    }

    private static long Sum(long sum, ulong more) => sum + (long)Math.Min(more, (ulong)(long.MaxValue - sum));
}
