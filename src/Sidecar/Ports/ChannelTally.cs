using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sidecar.Ports;

/// <summary>The figures of several channels, added up.</summary>
internal sealed class ChannelTally
{
    private readonly long[] _latencies = new long[ChannelCounters.Buckets];
    private readonly long[] _partSums = new long[ChannelCounters.Parts];
    private readonly long[] _partOctaves = new long[ChannelCounters.Parts * ChannelCounters.Octaves];

    public long Frames { get; private set; }

    public long Bytes { get; private set; }

    public long Gaps { get; private set; }

    public long Duplicates { get; private set; }

    public long LatencySumNanoseconds { get; private set; }

    public ReadOnlySpan<long> Latencies => _latencies;

    /// <summary>What frames spent on a part of their way: nanoseconds together, and frames by octave of nanoseconds.</summary>
    public (long SumNanoseconds, ReadOnlyMemory<long> Octaves) Part(LatencyPart part) =>
        (_partSums[(int)part], _partOctaves.AsMemory((int)part * ChannelCounters.Octaves, ChannelCounters.Octaves));

    public void Add(ChannelFigures figures)
    {
        Frames += (long)figures.Frames;
        Bytes += (long)figures.Bytes;
        Gaps += (long)figures.Gaps;
        Duplicates += (long)figures.Duplicates;
        LatencySumNanoseconds += (long)figures.LatencySumNanoseconds;
        for (var bucket = 0; bucket < _latencies.Length; bucket++)
            _latencies[bucket] += (long)figures.Histogram[bucket];
        for (var part = 0; part < figures.Parts.Count; part++)
            Add(part, figures.Parts[part]);
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
        for (var part = 0; part < _partSums.Length; part++)
            _partSums[part] += other._partSums[part];
        for (var octave = 0; octave < _partOctaves.Length; octave++)
            _partOctaves[octave] += other._partOctaves[octave];
    }

    private void Add(int part, PartFigures figures)
    {
        _partSums[part] += (long)figures.SumNanoseconds;
        for (var octave = 0; octave < ChannelCounters.Octaves; octave++)
            _partOctaves[(part * ChannelCounters.Octaves) + octave] += (long)figures.Octaves[octave];
    }
}
