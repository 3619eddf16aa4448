using System.Numerics;

namespace K8sMediaFlow.Sidecar.Links.Ledgers;

/// <summary>
/// A set of link sequences that grows almost in order: all up to <see cref="Cumulative"/>, and a bitmap over the <see cref="Window"/>
/// sequences behind it. On the wire bit i of word w stands for cumulative + 1 + 64·w + i.
/// </summary>
internal sealed class SequenceSet
{
    /// <summary>Sequences that may be open at once on a link. Both ends build on it. 4096: a frame every 33 ms may lag 136 s behind, and the bitmap
    /// of an acknowledgement stays at 512 bytes. A channel's capacity is far below.</summary>
    public const int Window = 4096;

    /// <summary>Words of the largest bitmap.</summary>
    public const int WordsMax = Window / 64;

    private readonly ulong[] _ring = new ulong[WordsMax];

    /// <summary>All sequences up to this one are in the set.</summary>
    public ulong Cumulative { get; private set; }

    /// <summary>The highest sequence in the set.</summary>
    public ulong Highest { get; private set; }

    /// <summary>The last sequence that may be added now.</summary>
    public ulong Limit => Cumulative + Window;

    public bool Contains(ulong sequence) =>
        sequence <= Cumulative || (sequence <= Limit && (_ring[Word(sequence)] & Bit(sequence)) != 0);

    /// <summary>Adds one sequence; false when it was there. Beyond <see cref="Limit"/> is the caller's error.</summary>
    public bool Add(ulong sequence)
    {
        if (Contains(sequence))
            return false;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sequence, Limit);
        _ring[Word(sequence)] |= Bit(sequence);
        Highest = Math.Max(Highest, sequence);
        AdvanceCumulative();
        return true;
    }

    /// <summary>Becomes the set that a peer described. False (and unchanged) when the description does not fit the window.</summary>
    public bool TryBecome(ulong cumulative, ReadOnlySpan<ulong> bitmap)
    {
        if (bitmap.Length > WordsMax || cumulative > ulong.MaxValue - Window)
            return false;
        Array.Clear(_ring);
        Cumulative = Highest = cumulative;
        for (var word = 0; word < bitmap.Length; word++)
        {
            for (var rest = bitmap[word]; rest != 0; rest &= rest - 1)
                Add(cumulative + 1 + ((ulong)word * 64) + (ulong)BitOperations.TrailingZeroCount(rest));
        }
        return true;
    }

    /// <summary>Writes the bitmap, without trailing empty words; returns the number of words.</summary>
    public int CopyBitmap(Span<ulong> words)
    {
        var count = (int)((Highest - Cumulative + 63) / 64);
        var first = Cumulative + 1;
        var shift = (int)(first % 64);
        for (var word = 0; word < count; word++)
        {
            var start = first + ((ulong)word * 64);
            var low = _ring[Word(start)] >> shift;
            var high = shift == 0 ? 0 : _ring[Word(start + 63)] << (64 - shift);
            words[word] = low | high;
        }
        return count;
    }

    public void CopyFrom(SequenceSet other)
    {
        other._ring.CopyTo(_ring, 0);
        (Cumulative, Highest) = (other.Cumulative, other.Highest);
    }

    public void Clear() => TryBecome(0, []);

    private void AdvanceCumulative()
    {
        while (Cumulative < Highest && (_ring[Word(Cumulative + 1)] & Bit(Cumulative + 1)) != 0)
        {
            Cumulative++;
            _ring[Word(Cumulative)] &= ~Bit(Cumulative);
        }
    }

    private static int Word(ulong sequence) => (int)(sequence / 64 % WordsMax);
    private static ulong Bit(ulong sequence) => 1UL << (int)(sequence % 64);
}
