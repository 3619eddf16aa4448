using System.Runtime.InteropServices;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>Changes a message as a hostile or broken writer would: bits, bytes, whole pointers, truncation.</summary>
internal static class Mutation
{
    public static void Apply(Random random, Span<byte> bytes)
    {
        var changes = random.Next(1, 5);
        for (var change = 0; change < changes; change++)
            ApplyOne(random, bytes);
    }

    private static void ApplyOne(Random random, Span<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes[..(bytes.Length & ~7)]);
        var word = random.Next(words.Length);
        switch (random.Next(7))
        {
            case 0:
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                break;
            case 2:
                words[word] = (ulong)random.NextInt64();
                break;
            case 3:
                words[word] = words[random.Next(words.Length)];
                break;
            case 4:
                words[word] = Pointer(random, words.Length);
                break;
            case 5:
                words[word] ^= 1UL << random.Next(64);
                break;
            default:
                words[word] = random.Next(3) switch { 0 => 0, 1 => ulong.MaxValue, _ => 1UL << 63 };
                break;
        }
    }

    /// <summary>A pointer that is nearly plausible: small numbers around the edges.</summary>
    private static ulong Pointer(Random random, int words)
    {
        var offset = (uint)random.Next(-words - 2, words + 2) << 2;
        return random.Next(4) switch
        {
            0 => offset | ((ulong)random.Next(5) << 32) | ((ulong)random.Next(5) << 48),
            1 => offset | 1 | ((ulong)random.Next(8) << 32) | ((ulong)random.Next(words * 8) << 35),
            2 => ((uint)random.Next(words + 2) << 3) | (random.Next(2) == 0 ? 4u : 0u) | 2 | ((ulong)random.Next(5) << 32),
            _ => ((ulong)random.Next(4) << 32) | 3,
        };
    }
}
