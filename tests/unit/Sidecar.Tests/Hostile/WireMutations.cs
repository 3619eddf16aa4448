using System.Buffers.Binary;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>
/// A message of the Cap'n Proto kind, changed word by word: every field of every message lies in some word, the ones that will be added
/// too. A word becomes absent (zero), the least and the most of each width; the message is cut at each word, said twice in one, and grows.
/// </summary>
internal static class WireMutations
{
    private const int WordBytes = 8;

    /// <summary>A word absent, at its most, and a little different.</summary>
    public static IReadOnlyList<Func<ulong, ulong>> Changes { get; } =
        [static _ => 0, static _ => ulong.MaxValue, static sound => sound ^ 1, static sound => sound ^ (1UL << 32),
            static sound => sound | 0xFFFF_FFFFUL, static sound => sound | 0xFFFF_FFFF_0000_0000UL];

    public static IEnumerable<byte[]> Of(byte[] sound)
    {
        for (var word = 0; word < sound.Length / WordBytes; word++)
        {
            foreach (var value in Values(BinaryPrimitives.ReadUInt64LittleEndian(sound.AsSpan(word * WordBytes))))
            {
                var mutant = sound.ToArray();
                BinaryPrimitives.WriteUInt64LittleEndian(mutant.AsSpan(word * WordBytes), value);
                yield return mutant;
            }
            if (word > 0)
                yield return sound[..(word * WordBytes)];
        }
        yield return sound[..^1];
        yield return [.. sound, .. sound];
        yield return [.. sound, .. new byte[60_000]];
    }

    /// <summary>Fewer of them, for where each costs a connection.</summary>
    public static IEnumerable<byte[]> FewOf(byte[] sound)
    {
        yield return sound;
        for (var word = 0; word < sound.Length / WordBytes; word++)
        {
            foreach (var change in Changes)
            {
                var mutant = sound.ToArray();
                BinaryPrimitives.WriteUInt64LittleEndian(mutant.AsSpan(word * WordBytes),
                    change(BinaryPrimitives.ReadUInt64LittleEndian(sound.AsSpan(word * WordBytes))));
                if (!mutant.AsSpan().SequenceEqual(sound))
                    yield return mutant;
            }
            if (word > 0)
                yield return sound[..(word * WordBytes)];
        }
        yield return [.. sound, .. sound];
    }

    private static IEnumerable<ulong> Values(ulong sound)
    {
        yield return 0;
        yield return ulong.MaxValue;
        yield return 1UL << 63;
        for (var lane = 0; lane < 64; lane += 16)
        {
            yield return sound | (0xFFFFUL << lane);
            yield return sound & ~(0xFFFFUL << lane);
            yield return sound ^ (1UL << lane);
        }
        yield return sound | 0xFFFF_FFFFUL;
        yield return sound | 0xFFFF_FFFF_0000_0000UL;
    }
}
