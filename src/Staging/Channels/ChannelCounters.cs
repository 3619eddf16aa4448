using System.Numerics;
using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Channels;

/// <summary>
/// The figures of an edge, in the channel's memory: written by its consumer, but for what its producer dropped; read by anyone, no lock.
/// </summary>
/// <remarks>
/// Each is one aligned word with one writer, so a plain addition loses nothing. They are figures, never input to a decision.
/// </remarks>
public sealed unsafe class ChannelCounters
{
    public const int Buckets = 128;

    private const int Frames = 0;
    private const int Bytes = 1;
    private const int Gaps = 2;
    private const int Duplicates = 3;
    private const int LatencySum = 4;
    private const int Histogram = 8;
    private const int PartSums = 136;
    private const int PartOctaves = 144;
    private const int ProducerDrops = 336;
    private const int ConsumerDrops = 344;

    /// <summary>Causes that drops are counted by: <see cref="GapCause"/> and room for more.</summary>
    public const int Causes = 8;

    /// <summary>Parts that are counted apart.</summary>
    public const int Parts = 3;

    /// <summary>Buckets of a part: one an octave of nanoseconds.</summary>
    public const int Octaves = 64;

    private readonly ulong* _words;

    internal ChannelCounters(MappedMemory memory)
    {
        _words = (ulong*)(memory.Pointer + ChannelLayout.CountersOffset);
    }

    /// <summary>Counts a frame received.</summary>
    /// <param name="bytes">Of all its segments.</param>
    /// <param name="latencyNanoseconds">From the edge's send to now; below zero counts as zero.</param>
    public void AddFrame(long bytes, long latencyNanoseconds)
    {
        var latency = (ulong)Math.Max(0, latencyNanoseconds);
        Add(Frames, 1);
        Add(Bytes, (ulong)bytes);
        Add(LatencySum, latency);
        Add(Histogram + BucketOf(latency), 1);
    }

    /// <summary>Counts what a frame spent on a part of its way.</summary>
    /// <param name="part">Which.</param>
    /// <param name="nanoseconds">Below zero counts as zero.</param>
    public void AddPart(LatencyPart part, long nanoseconds)
    {
        var spent = (ulong)Math.Max(0, nanoseconds);
        Add(PartSums + (int)part, spent);
        Add(PartOctaves + ((int)part * Octaves) + BitOperations.Log2(spent | 1), 1);
    }

    /// <summary>Counts sequences that a gap explained.</summary>
    public void AddGaps(long sequences) => Add(Gaps, (ulong)sequences);

    /// <summary>Counts sequences that the producer dropped here.</summary>
    public void AddProducerDrops(GapCause cause, long sequences) => Add(ProducerDrops + (int)cause, (ulong)sequences);

    /// <summary>Counts sequences that the consumer dropped here.</summary>
    public void AddConsumerDrops(GapCause cause, long sequences) => Add(ConsumerDrops + (int)cause, (ulong)sequences);

    public void AddDuplicate() => Add(Duplicates, 1);

    public ChannelStatistics Read()
    {
        var histogram = new ulong[Buckets];
        for (var bucket = 0; bucket < Buckets; bucket++)
            histogram[bucket] = Volatile.Read(ref _words[Histogram + bucket]);
        return new ChannelStatistics(Word(Frames), Word(Bytes), Word(Gaps), Word(Duplicates), Word(LatencySum), histogram)
        {
            Parts = [.. Enumerable.Range(0, Parts).Select(PartOf)],
            Drops = [.. Enumerable.Range(0, Causes).Select(cause => Word(ProducerDrops + cause) + Word(ConsumerDrops + cause))],
        };
    }

    private PartStatistics PartOf(int part) =>
        new(Word(PartSums + part), [.. Enumerable.Range(0, Octaves).Select(octave => Word(PartOctaves + (part * Octaves) + octave))]);

    /// <summary>Two buckets an octave: 2·⌊log2 ns⌋ + the next bit.</summary>
    internal static int BucketOf(ulong nanoseconds)
    {
        if (nanoseconds < 2)
            return 0;
        var octave = BitOperations.Log2(nanoseconds);
        return (2 * octave) + (int)((nanoseconds >> (octave - 1)) & 1);
    }

    private void Add(int word, ulong amount) => Volatile.Write(ref _words[word], _words[word] + amount);

    private ulong Word(int word) => Volatile.Read(ref _words[word]);
}
