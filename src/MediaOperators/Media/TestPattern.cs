using System.Runtime.InteropServices;

namespace K8sMediaFlow.MediaOperators.Media;

/// <summary>
/// A payload that follows from the frame's sequence alone: word i is a counter that starts at a mix of the sequence.
/// Every word differs between any two frames, so a frame torn at any word, or put together from two, is found out.
/// </summary>
internal static class TestPattern
{
    // Odd, so that the counter takes every value; its bits are well spread, so that the picture is lively.
    private const ulong Step = 0x9E37_79B9_7F4A_7C15;

    public static void Fill(Span<byte> payload, ulong sequence)
    {
        var word = Seed(sequence);
        foreach (ref var target in Words(payload))
        {
            target = word;
            word += Step;
        }
        Span<byte> last = stackalloc byte[sizeof(ulong)];
        MemoryMarshal.Write(last, word);
        last[..(payload.Length % sizeof(ulong))].CopyTo(payload[^(payload.Length % sizeof(ulong))..]);
    }

    /// <summary>The offset of the first byte (of its word) that is not the pattern of this sequence; -1 if all are.</summary>
    public static int FirstDifference(ReadOnlySpan<byte> payload, ulong sequence)
    {
        var word = Seed(sequence);
        var words = MemoryMarshal.Cast<byte, ulong>(payload);
        for (var index = 0; index < words.Length; index++, word += Step)
            if (words[index] != word)
                return index * sizeof(ulong);
        return LastDiffers(payload, word) ? words.Length * sizeof(ulong) : -1;
    }

    private static bool LastDiffers(ReadOnlySpan<byte> payload, ulong word)
    {
        Span<byte> last = stackalloc byte[sizeof(ulong)];
        MemoryMarshal.Write(last, word);
        var lengthBytes = payload.Length % sizeof(ulong);
        return !payload[^lengthBytes..].SequenceEqual(last[..lengthBytes]);
    }

    private static Span<ulong> Words(Span<byte> payload) => MemoryMarshal.Cast<byte, ulong>(payload);

    private static ulong Seed(ulong sequence)
    {
        var mixed = sequence * 0xBF58_476D_1CE4_E5B9;
        return mixed ^ (mixed >> 31);
    }
}
