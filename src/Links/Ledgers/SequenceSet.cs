using System.Numerics;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Ledgers;

/// <summary>
/// A set of link sequences that grows almost in order: all up to <see cref="Base"/> except those that are missing, and a bitmap over the
/// <see cref="Window"/> sequences behind it. How far the oldest missing one lies behind does not matter; how many are missing is bounded.
/// On the wire (docs/reference/wire-formats.md section 5) bit i of word w represents base + 1 + 64·w + i.
/// </summary>
internal sealed class SequenceSet
{
    /// <summary>
    /// Sequences that the bitmap covers: what lies between is told one by one. 4096: the bitmap of an acknowledgement stays at 512 bytes.
    /// </summary>
    public const int Window = 4096;

    /// <summary>Words of the largest bitmap.</summary>
    public const int WordsMax = Window / 64;

    /// <summary>Frames that a link keeps at once: more than any plan has on the way of one port (PlanLimits.WindowFramesMax).</summary>
    public const int KeptMax = 1 << 15;

    /// <summary>Missing below the highest: what is kept, and what may be landed ahead of its turn.</summary>
    public const int MissingMax = KeptMax + Window;

    /// <summary>
    /// No set begins behind it: at a million frames a second it is nine years away, so a peer that says so is refused.
    /// What is added to a sequence cannot overflow then.
    /// </summary>
    public const ulong BaseMax = 1UL << 48;

    private readonly ulong[] _ring = new ulong[WordsMax];
    private readonly List<ulong> _missing = [];
    private ulong _count;

    /// <summary>All sequences up to this one are in the set, but for <see cref="Missing"/>.</summary>
    public ulong Base { get; private set; }

    /// <summary>The highest sequence in the set.</summary>
    public ulong Highest { get; private set; }

    /// <summary>Sequences up to <see cref="Base"/> that are not in the set, in order: those that are late.</summary>
    public IReadOnlyList<ulong> Missing => _missing;

    /// <summary>All sequences up to this one are in the set.</summary>
    public ulong Cumulative => _missing.Count > 0 ? _missing[0] - 1 : Base;

    /// <summary>How many there are in the set.</summary>
    public ulong Count => _count;

    /// <summary>How many are missing below the highest.</summary>
    public ulong Holes => Highest - _count;

    public bool Contains(ulong sequence) => sequence <= Base
        ? _missing.Count == 0 || _missing.BinarySearch(sequence) < 0
        : sequence <= Highest && IsMarked(sequence);

    /// <summary>The first sequence from this one on that is not in the set.</summary>
    public ulong NextMissing(ulong from)
    {
        if (from <= Base)
        {
            var place = _missing.BinarySearch(from);
            place = place < 0 ? ~place : place;
            if (place < _missing.Count)
                return _missing[place];
            from = Base + 1;
        }
        while (from <= Highest && IsMarked(from))
            from++;
        return from;
    }

    /// <summary>Whether it can be added: it would not leave more missing than the bound, which may be a stricter one.</summary>
    public bool CanAdd(ulong sequence, int missingMax = MissingMax) =>
        sequence > 0 && (sequence <= Highest
            || (sequence - Highest - 1 is var skipped && skipped <= (ulong)missingMax && skipped + Holes <= (ulong)missingMax));

    /// <summary>Adds one sequence; false when it was there. One that cannot be added is the caller's error.</summary>
    public bool Add(ulong sequence)
    {
        if (Contains(sequence))
            return false;
        if (!CanAdd(sequence))
            throw new ArgumentOutOfRangeException(nameof(sequence), sequence, $"more than {MissingMax} would be missing");
        _count++;
        if (sequence <= Base)
        {
            _missing.RemoveAt(_missing.BinarySearch(sequence));
            return true;
        }
        MoveBaseFor(sequence);
        _ring[Word(sequence)] |= Bit(sequence);
        Highest = Math.Max(Highest, sequence);
        Advance();
        // What the bitmap is written by, and what the subtractions of unsigned counts rely on.
        Invariant.That(Base <= Highest && Highest - Base <= Window);
        Invariant.That(_count <= Highest);
        return true;
    }

    /// <summary>Becomes the set that a peer described. False when the description cannot be true; the set is then empty.</summary>
    public bool TryBecome(ulong upTo, ReadOnlySpan<ulong> bitmap, ReadOnlySpan<ulong> missing)
    {
        Clear();
        if (bitmap.Length > WordsMax || upTo > BaseMax || missing.Length > MissingMax || !IsAscending(missing, upTo))
            return false;
        Base = Highest = upTo;
        _missing.AddRange(missing);
        _count = upTo - (ulong)missing.Length;
        for (var word = 0; word < bitmap.Length; word++)
        {
            for (var rest = bitmap[word]; rest != 0; rest &= rest - 1)
            {
                var sequence = upTo + 1 + ((ulong)word * 64) + (ulong)BitOperations.TrailingZeroCount(rest);
                if (!Contains(sequence) && CanAdd(sequence))
                    Add(sequence);
            }
        }
        return true;
    }

    /// <summary>Words of the bitmap, without trailing empty ones.</summary>
    public int BitmapWords => (int)((Highest - Base + 63) / 64);

    /// <summary>Writes the bitmap, without trailing empty words; returns the number of words.</summary>
    public int CopyBitmap(Span<ulong> words)
    {
        var count = BitmapWords;
        var first = Base + 1;
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
        _missing.Clear();
        _missing.AddRange(other._missing);
        (Base, Highest, _count) = (other.Base, other.Highest, other._count);
    }

    public void Clear()
    {
        Array.Clear(_ring);
        _missing.Clear();
        (Base, Highest, _count) = (0, 0, 0);
    }

    /// <summary>What the bitmap has no room for any more while it is not there, is late.</summary>
    private void MoveBaseFor(ulong sequence)
    {
        while (sequence > Base + Window)
        {
            Base++;
            if (IsMarked(Base))
                _ring[Word(Base)] &= ~Bit(Base);
            else
                _missing.Add(Base);
        }
    }

    private void Advance()
    {
        while (Base < Highest && IsMarked(Base + 1))
        {
            Base++;
            _ring[Word(Base)] &= ~Bit(Base);
        }
    }

    private bool IsMarked(ulong sequence) => (_ring[Word(sequence)] & Bit(sequence)) != 0;

    private static bool IsAscending(ReadOnlySpan<ulong> missing, ulong upTo)
    {
        var last = 0UL;
        foreach (var sequence in missing)
        {
            if (sequence <= last || sequence > upTo)
                return false;
            last = sequence;
        }
        return true;
    }

    private static int Word(ulong sequence) => (int)(sequence / 64 % WordsMax);
    private static ulong Bit(ulong sequence) => 1UL << (int)(sequence % 64);
}
