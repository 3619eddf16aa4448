using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace K8sMediaFlow.CapnProto;

/// <summary>One word of the packed encoding: its tag, and its bytes without the zeroes.</summary>
internal static class PackedWord
{
    private const ulong LowBits = 0x0101010101010101;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Tag(ulong word)
    {
        // Each byte's bits are gathered in its lowest one; the product then brings the eight lowest bits side by side into the top byte.
        word |= word >> 4;
        word |= word >> 2;
        word |= word >> 1;
        return (byte)(((word & LowBits) * 0x0102040810204080) >> 56);
    }

    /// <summary>
    /// Writes the bytes that the tag names to the start of <paramref name="target"/>, which has room for 8 and may get garbage behind them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(Span<byte> target, ulong word, byte tag)
    {
        if (Bmi2.X64.IsSupported)
            MemoryMarshal.Write(target, Bmi2.X64.ParallelBitExtract(word, Mask(tag)));
        else
            WriteSlowly(target, word);
    }

    /// <summary>
    /// The word whose bytes that are not zero are at the start of <paramref name="source"/>: exactly as many as the tag names.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(ReadOnlySpan<byte> source, byte tag) => Bmi2.X64.IsSupported && source.Length >= 8
        ? Bmi2.X64.ParallelBitDeposit(MemoryMarshal.Read<ulong>(source), Mask(tag))
        : ReadSlowly(source, tag);

    private static ulong Mask(byte tag) => Bmi2.X64.ParallelBitDeposit(tag, LowBits) * 0xff;

    private static void WriteSlowly(Span<byte> target, ulong word)
    {
        var at = 0;
        for (var shift = 0; shift < 64; shift += 8)
            if ((byte)(word >> shift) is var value and not 0)
                target[at++] = value;
    }

    private static ulong ReadSlowly(ReadOnlySpan<byte> source, byte tag)
    {
        var (word, at) = (0UL, 0);
        for (var index = 0; index < 8; index++)
            if ((tag >> index & 1) != 0)
                word |= (ulong)source[at++] << (8 * index);
        return word;
    }
}
