using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// Following pointers. Places are 64-bit byte positions within a segment until they are checked; only then is there an address.
/// </summary>
public partial struct MessageReader
{
    /// <summary>Where a pointer leads: not yet bounds-checked.</summary>
    private struct Target
    {
        public WirePointer Tag;
        public Segment Memory;
        public long PositionBytes;
        public uint Segment;
    }

    [UnscopedRef]
    internal unsafe StructReader ReadStruct(byte* slot, uint segment, int depth)
    {
        if (!Follow(slot, segment, out var target))
            return new StructReader(ref this, StructPlace.Empty(depth - 1));
        if (target.Tag.Kind != PointerKind.Struct)
            CapnProtoException.Throw(CapnProtoError.WrongPointerKind);
        if (depth <= 0)
            CapnProtoException.Throw(CapnProtoError.DepthLimit);
        var words = target.Tag.DataWords + target.Tag.PointerCount;
        var data = Check(in target, (long)words * 8);
        Charge(words);
        return new StructReader(
            ref this,
            new StructPlace(data, target.Tag.DataWords * 8, (ushort)target.Tag.PointerCount, target.Segment, depth - 1));
    }

    [UnscopedRef]
    internal unsafe ListReader ReadList(byte* slot, uint segment, int depth)
    {
        if (!Follow(slot, segment, out var target))
            return new ListReader(ref this, default);
        if (target.Tag.Kind != PointerKind.List)
            CapnProtoException.Throw(CapnProtoError.WrongPointerKind);
        if (depth <= 0)
            CapnProtoException.Throw(CapnProtoError.DepthLimit);
        return target.Tag.ElementSize == ElementSize.Composite
            ? ReadComposite(in target, depth - 1)
            : ReadFlat(in target, depth - 1);
    }

    /// <summary>The bytes of a Data or Text; false if the pointer is null.</summary>
    internal unsafe bool ReadBytes(byte* slot, uint segment, out byte* start, out int lengthBytes)
    {
        start = null;
        lengthBytes = 0;
        if (!Follow(slot, segment, out var target))
            return false;
        if (target.Tag.Kind != PointerKind.List)
            CapnProtoException.Throw(CapnProtoError.WrongPointerKind);
        if (target.Tag.ElementSize != ElementSize.Byte)
            CapnProtoException.Throw(CapnProtoError.WrongElementSize);
        lengthBytes = target.Tag.Count;
        start = Check(in target, lengthBytes);
        Charge((lengthBytes + 7L) / 8);
        return true;
    }

    /// <summary>The kind of object behind a pointer; null and capabilities included.</summary>
    internal unsafe PointerKind? KindOf(byte* slot, uint segment) =>
        Follow(slot, segment, out var target) ? target.Tag.Kind : null;

    internal unsafe uint? ReadCapability(byte* slot, uint segment)
    {
        if (!Follow(slot, segment, out var target))
            return null;
        if (!target.Tag.IsCapability)
            CapnProtoException.Throw(CapnProtoError.WrongPointerKind);
        return target.Tag.FarSegment;
    }

    /// <summary>The pointer of a default value in static data; null if there is none.</summary>
    [UnscopedRef]
    internal unsafe AnyPointerReader ReadDefault(scoped ReadOnlySpan<byte> words, int depth) =>
        new(ref this, words.Length < 8 ? null : Segment.Of(words).Start, StaticData, depth);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe bool Follow(byte* slot, uint segment, out Target target)
    {
        var pointer = WirePointer.ReadOnce(slot);
        target.Tag = pointer;
        target.Memory = SegmentAt(segment);
        target.Segment = segment;
        target.PositionBytes = slot - target.Memory.Start + 8 + (8L * pointer.Offset);
        if (pointer.Kind >= PointerKind.Far)
            FollowFar(pointer, ref target);
        return !pointer.IsNull;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private unsafe void FollowFar(WirePointer pointer, ref Target target)
    {
        if (pointer.Kind == PointerKind.Other)
            return;
        MoveTo(pointer, ref target);
        var pad = Check(in target, pointer.IsDoubleFar ? 16 : 8);
        Charge(pointer.IsDoubleFar ? 2 : 1);
        target.Tag = WirePointer.ReadOnce(pad);
        target.PositionBytes += 8 + (8L * target.Tag.Offset);
        if (pointer.IsDoubleFar)
            FollowDoubleFar(target.Tag, WirePointer.ReadOnce(pad + 8), ref target);
        if (target.Tag.Kind == PointerKind.Far)
            CapnProtoException.Throw(CapnProtoError.BadLandingPad);
    }

    private readonly void MoveTo(WirePointer far, ref Target target)
    {
        if (far.FarSegment >= (uint)_count)
            CapnProtoException.Throw(CapnProtoError.UnknownSegment);
        target.Memory = SegmentAt(far.FarSegment);
        target.Segment = far.FarSegment;
        target.PositionBytes = far.PadPositionBytes;
    }

    private readonly void FollowDoubleFar(WirePointer place, WirePointer tag, ref Target target)
    {
        if (place.Kind != PointerKind.Far || place.IsDoubleFar || tag.Offset != 0)
            CapnProtoException.Throw(CapnProtoError.BadLandingPad);
        MoveTo(place, ref target);
        target.Tag = tag;
    }

    /// <summary>The address of a range that lies inside its segment. All arithmetic in 64 bits: no term can exceed 2^36.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly unsafe byte* Check(scoped in Target target, long lengthBytes)
    {
        if (target.PositionBytes < 0 || target.PositionBytes + lengthBytes > target.Memory.LengthBytes)
            ThrowBounds(in target, lengthBytes);
        return target.Memory.Start + target.PositionBytes;
    }
}
