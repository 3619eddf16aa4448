using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// The packed encoding: a word becomes a tag byte, a bit for each byte that is not zero, and those bytes. Tag 0x00 is followed by how many
/// zero words follow more; behind tag 0xff and its word, how many words follow as they are. Stateless, span to span.
/// </summary>
public static class PackedEncoding
{
    private const int RunWordsMax = 255;

    /// <summary>What packing that many bytes takes at most: 10 bytes for each 8.</summary>
    public static long SizeBytesMax(long lengthBytes) => lengthBytes / 8 * 10;

    /// <summary>Packs as many words as surely fit.</summary>
    /// <param name="words">Whole words.</param>
    /// <param name="target">Where the packed bytes go; with <see cref="SizeBytesMax"/> bytes everything fits.</param>
    /// <param name="consumed">Bytes taken; the rest, with another target, continues.</param>
    /// <param name="written">Bytes written.</param>
    public static void Pack(ReadOnlySpan<byte> words, Span<byte> target, out int consumed, out int written)
    {
        if (words.Length % 8 != 0)
            throw new ArgumentException("Only whole words can be packed.", nameof(words));
        (consumed, written) = (0, 0);
        while (consumed < words.Length && target.Length - written >= 10)
        {
            var word = MemoryMarshal.Read<ulong>(words[consumed..]);
            consumed += 8;
            var tag = PackedWord.Tag(word);
            target[written] = tag;
            PackedWord.Write(target[(written + 1)..], word, tag);
            written += 1 + BitOperations.PopCount(tag);
            if (tag == 0)
                ZeroRun(words, target, ref consumed, ref written);
            else if (tag == 0xff)
                LiteralRun(words, target, ref consumed, ref written);
        }

        Invariant.That(consumed % 8 == 0 && consumed <= words.Length);
        Invariant.That(written <= SizeBytesMax(consumed));
    }

    private static void ZeroRun(ReadOnlySpan<byte> words, Span<byte> target, ref int consumed, ref int written)
    {
        var rest = words.Slice(consumed, Math.Min(words.Length - consumed, RunWordsMax * 8));
        var zeroBytes = rest.IndexOfAnyExcept((byte)0);
        var run = (zeroBytes < 0 ? rest.Length : zeroBytes) / 8;
        Invariant.That(run <= RunWordsMax);
        target[written++] = (byte)run;
        consumed += run * 8;
    }

    /// <summary>Words with at most one zero byte cost no more as they are than with a tag each.</summary>
    private static void LiteralRun(ReadOnlySpan<byte> words, Span<byte> target, ref int consumed, ref int written)
    {
        var runMax = Math.Min(RunWordsMax, Math.Min(words.Length - consumed, target.Length - written - 1) / 8);
        var run = 0;
        while (run < runMax && BitOperations.PopCount(PackedWord.Tag(MemoryMarshal.Read<ulong>(words[(consumed + (run * 8))..]))) >= 7)
            run++;
        target[written++] = (byte)run;
        words.Slice(consumed, run * 8).CopyTo(target[written..]);
        consumed += run * 8;
        written += run * 8;
    }
}
