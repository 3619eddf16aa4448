using System.Numerics;
using System.Runtime.InteropServices;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// Unpacks a stream piece by piece: source and target may end anywhere. Work and output are bounded by what the caller gives, whatever
/// the source says. A plain struct: keep it where it is between the calls for one stream.
/// </summary>
public struct PackedDecoder
{
    private long _zeroBytes;
    private long _literalBytes;

    /// <summary>Whether no run is open: what was decoded so far may be the end of a message.</summary>
    public readonly bool IsBetweenRuns => (_zeroBytes | _literalBytes) == 0;

    /// <summary>Decodes until the source holds no whole item or the target is full.</summary>
    /// <param name="source">Packed bytes. What is not consumed (up to 9 bytes of an item that is cut) must come again, with more behind
    /// it.</param>
    /// <param name="target">Whole words.</param>
    /// <param name="consumed">Bytes of the source that were used up.</param>
    /// <param name="written">Bytes of the target that were written; whole words, but for a literal run that the source cuts.</param>
    public void Decode(ReadOnlySpan<byte> source, Span<byte> target, out int consumed, out int written)
    {
        (consumed, written) = (0, 0);
        while (true)
        {
            Continue(source, target, ref consumed, ref written);
            var rest = source[consumed..];
            if (!IsBetweenRuns || target.Length - written < 8 || rest.IsEmpty)
                return;
            var tag = rest[0];
            var itemBytes = 1 + BitOperations.PopCount(tag) + (tag is 0 or 0xff ? 1 : 0);
            if (rest.Length < itemBytes)
                return;
            MemoryMarshal.Write(target[written..], PackedWord.Read(rest[1..], tag));
            written += 8;
            consumed += itemBytes;
            if (tag == 0)
                _zeroBytes = rest[1] * 8L;
            else if (tag == 0xff)
                _literalBytes = rest[9] * 8L;
        }
    }

    private void Continue(ReadOnlySpan<byte> source, Span<byte> target, ref int consumed, ref int written)
    {
        var zeroBytes = (int)Math.Min(_zeroBytes, target.Length - written);
        target.Slice(written, zeroBytes).Clear();
        written += zeroBytes;
        _zeroBytes -= zeroBytes;
        var literalBytes = (int)Math.Min(_literalBytes, Math.Min(source.Length - consumed, target.Length - written));
        source.Slice(consumed, literalBytes).CopyTo(target[written..]);
        consumed += literalBytes;
        written += literalBytes;
        _literalBytes -= literalBytes;
        Invariant.That(consumed <= source.Length && written <= target.Length);
        Invariant.That(_zeroBytes == 0 || _literalBytes == 0);
    }
}
