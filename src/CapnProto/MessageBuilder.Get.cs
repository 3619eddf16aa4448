using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// Finding again what was built. What lies in the builder's memory was written by the builder, so it is not checked as a reader checks
/// a foreign message; only the kinds are, since an any-pointer may hold any of them.
/// </summary>
public partial struct MessageBuilder
{
    private unsafe struct Built
    {
        public WirePointer Tag;
        public byte* Content;
        public int Segment;
    }

    /// <summary>The kind of object behind a pointer; null and capabilities included.</summary>
    internal unsafe PointerKind? KindOf(byte* slot, int segment) =>
        WirePointer.ReadOnce(slot).IsNull ? null : Find(slot, segment).Tag.Kind;

    /// <summary>The struct behind the pointer, at least as large as asked for: made, copied from the default, or grown if need be.</summary>
    [UnscopedRef]
    internal unsafe StructBuilder GetStruct(byte* slot, int segment, StructSize size, scoped ReadOnlySpan<byte> defaultWords)
    {
        if (WirePointer.ReadOnce(slot).IsNull && !CopyDefault(slot, segment, defaultWords))
            return InitStruct(slot, segment, size);
        var built = Find(slot, segment);
        Require(built.Tag.Kind == PointerKind.Struct, CapnProtoError.WrongPointerKind);
        var actual = new StructSize((ushort)built.Tag.DataWords, (ushort)built.Tag.PointerCount);
        return actual.DataWords >= size.DataWords && actual.PointerCount >= size.PointerCount
            ? new StructBuilder(ref this, built.Content, built.Segment, actual)
            : GrowStruct(slot, segment, in built, Larger(actual, size));
    }

    /// <summary>A list of anything but structs; null and count 0 if there is none.</summary>
    internal unsafe byte* GetList(byte* slot, ref int segment, ElementSize elementSize, scoped ReadOnlySpan<byte> defaultWords, out int count)
    {
        count = 0;
        if (WirePointer.ReadOnce(slot).IsNull && !CopyDefault(slot, segment, defaultWords))
            return null;
        var built = Find(slot, segment);
        Require(built.Tag.Kind == PointerKind.List, CapnProtoError.WrongPointerKind);
        Require(built.Tag.ElementSize == elementSize, CapnProtoError.WrongElementSize);
        Require(built.Content is not null, CapnProtoError.ExternalSegment);
        count = built.Tag.Count;
        segment = built.Segment;
        return built.Content;
    }

    /// <summary>A list of structs, each at least as large as asked for.</summary>
    [UnscopedRef]
    internal unsafe StructListBuilder GetStructList(byte* slot, int segment, StructSize least, scoped ReadOnlySpan<byte> defaultWords)
    {
        if (WirePointer.ReadOnce(slot).IsNull && !CopyDefault(slot, segment, defaultWords))
            return new StructListBuilder(ref this, null, segment, 0, least);
        var built = Find(slot, segment);
        Require(built.Tag.Kind == PointerKind.List, CapnProtoError.WrongPointerKind);
        var elements = Elements(in built);
        if (elements.IsStruct && elements.Size.DataWords >= least.DataWords && elements.Size.PointerCount >= least.PointerCount)
            return new StructListBuilder(ref this, elements.Start, built.Segment, elements.Count, elements.Size);
        var size = Larger(elements.Size, least);
        var content = GrowList(slot, ref segment, in elements, built.Segment, size);
        return new StructListBuilder(ref this, content, segment, elements.Count, size);
    }

    private unsafe Built Find(byte* slot, int segment)
    {
        var pointer = WirePointer.ReadOnce(slot);
        if (pointer.Kind != PointerKind.Far)
            return new Built { Tag = pointer, Content = slot + 8 + (8L * pointer.Offset), Segment = segment };
        var pad = SegmentRef((int)pointer.FarSegment).Start + pointer.PadPositionBytes;
        if (!pointer.IsDoubleFar)
            return Find(pad, (int)pointer.FarSegment);
        var place = WirePointer.ReadOnce(pad);
        var start = SegmentRef((int)place.FarSegment).Start;
        return new Built
        {
            Tag = WirePointer.ReadOnce(pad + 8),
            Content = start is null ? null : start + place.PadPositionBytes,
            Segment = (int)place.FarSegment,
        };
    }

    private static StructSize Larger(StructSize one, StructSize other) =>
        new(Math.Max(one.DataWords, other.DataWords), Math.Max(one.PointerCount, other.PointerCount));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Require(bool holds, CapnProtoError error)
    {
        if (!holds)
            CapnProtoException.Throw(error);
    }
}
