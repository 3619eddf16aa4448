using System.Numerics;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>
/// The same walk written straight from the encoding's specification, over copies of the segments, with numbers that cannot overflow
/// and nothing shared with the runtime. Throws <see cref="Unsound"/> where the message is not sound.
/// </summary>
internal sealed partial class SlowWalker(byte[][] segments, int depthMax, bool withViews = false)
{
    private readonly WalkDigest _digest = new();

    internal sealed class Unsound : Exception;

    public ulong Digest()
    {
        var root = Resolve(0, 0);
        if (Word(0, 0) == 0)
            Struct(0, 0, 0, 0, depthMax);
        else if ((root.Word & 3) != 0 || depthMax <= 0)
            throw new Unsound();
        else
            StructAt(root, depthMax);
        return _digest.Value;
    }

    private readonly record struct Target(BigInteger Word, BigInteger Segment, BigInteger Position);

    private BigInteger Word(BigInteger segment, BigInteger position)
    {
        Extent(segment, position, 8);
        return BitConverter.ToUInt64(segments[(int)segment], (int)position);
    }

    private void Extent(BigInteger segment, BigInteger position, BigInteger length)
    {
        if (segment >= segments.Length || position < 0 || position + length > segments[(int)segment].Length)
            throw new Unsound();
    }

    private static BigInteger Signed30(BigInteger word)
    {
        var field = (word & 0xffffffff) >> 2;
        return field >= 1 << 29 ? field - (1 << 30) : field;
    }

    private Target Resolve(BigInteger segment, BigInteger position)
    {
        var word = Word(segment, position);
        if ((word & 3) != 2)
            return new Target(word, segment, position + 8 + (8 * Signed30(word)));
        var padSegment = word >> 32;
        var padPosition = ((word & 0xffffffff) >> 3) * 8;
        if ((word & 4) == 0)
        {
            var landed = Word(padSegment, padPosition);
            if ((landed & 3) == 2)
                throw new Unsound();
            return new Target(landed, padSegment, padPosition + 8 + (8 * Signed30(landed)));
        }

        Extent(padSegment, padPosition, 16);
        var place = Word(padSegment, padPosition);
        var tag = Word(padSegment, padPosition + 8);
        if ((place & 3) != 2 || (place & 4) != 0 || Signed30(tag) != 0 || (tag & 3) == 2)
            throw new Unsound();
        // Also where the tag is a capability, which has no content to be looked for there.
        if (place >> 32 >= segments.Length)
            throw new Unsound();
        return new Target(tag, place >> 32, ((place & 0xffffffff) >> 3) * 8);
    }

    private void Pointer(BigInteger segment, BigInteger position, int depth)
    {
        var raw = Word(segment, position);
        var target = Resolve(segment, position);
        _digest.Add(raw == 0 ? 99 : (ulong)(target.Word & 3));
        if (raw == 0 || (target.Word & 3) == 3)
            return;
        if (depth <= 0)
            throw new Unsound();
        if ((target.Word & 3) == 0)
            StructAt(target, depth);
        else
            List(target, depth);
    }

    private void StructAt(Target target, int depth)
    {
        var data = (target.Word >> 32) & 0xffff;
        var pointers = (target.Word >> 48) & 0xffff;
        Extent(target.Segment, target.Position, (data + pointers) * 8);
        Struct(target.Segment, target.Position, data * 8, pointers, depth - 1);
    }

    private void Struct(BigInteger segment, BigInteger position, BigInteger dataBytes, BigInteger pointers, int depth)
    {
        _digest.Add((ulong)dataBytes);
        _digest.Add((ulong)pointers);
        for (var offset = 0; offset < dataBytes; offset++)
            _digest.Add(segments[(int)segment][(int)position + offset]);
        for (var index = 0; index < pointers; index++)
            Pointer(segment, position + dataBytes + (8 * index), depth);
    }

    private void List(Target target, int depth)
    {
        var size = (int)((target.Word >> 32) & 7);
        var count = target.Word >> 35;
        if (size == 7)
        {
            Composite(target, count, depth);
            return;
        }

        int[] bits = [0, 1, 8, 16, 32, 64, 64];
        Extent(target.Segment, target.Position, ((count * bits[size]) + 7) / 8);
        _digest.Add((ulong)size);
        _digest.Add((ulong)count);
        Views(target.Segment, target.Position, count, bits[size] / 8, size == 6 ? 0 : bits[size] / 8, isBits: size == 1, isFlat: true);
        for (var index = 0; index < count && size > 0; index++)
            FlatElement(target, size, index, bits[size] / 8, depth - 1);
    }

    private void FlatElement(Target target, int size, int index, int elementBytes, int depth)
    {
        if (size == 1)
            _digest.Add((ulong)((segments[(int)target.Segment][(int)target.Position + (index / 8)] >> (index % 8)) & 1));
        else if (size == 6)
            Pointer(target.Segment, target.Position + (8 * index), depth);
        else
            Struct(target.Segment, target.Position + (elementBytes * index), elementBytes, 0, depth);
    }

    private void Composite(Target target, BigInteger words, int depth)
    {
        Extent(target.Segment, target.Position, 8 + (8 * words));
        var tag = Word(target.Segment, target.Position);
        var count = Signed30(tag);
        var data = (tag >> 32) & 0xffff;
        var pointers = (tag >> 48) & 0xffff;
        if ((tag & 3) != 0 || count < 0 || count * (data + pointers) > words)
            throw new Unsound();
        _digest.Add(7);
        _digest.Add((ulong)count);
        Views(target.Segment, target.Position + 8, count, (int)(8 * (data + pointers)), (int)(8 * data), isBits: false, isFlat: false);
        for (var index = 0; index < count; index++)
            Struct(target.Segment, target.Position + 8 + (8 * index * (data + pointers)), data * 8, pointers, depth - 1);
    }
}
