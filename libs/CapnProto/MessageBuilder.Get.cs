using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using K8sMediaFlow.Primitives;

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

    /// <summary>
    /// The struct behind the pointer, at least as large as asked for: made, copied from the default, or grown if need be.
    /// </summary>
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

    /// <summary>
    /// A list of anything but structs. A newer program may have made structs of the elements, or wider numbers: then they do not lie side
    /// by side, and the rest of each is left as it is.
    /// </summary>
    /// <returns>The first element; null and count 0 if there is none.</returns>
    internal unsafe byte* GetList(byte* slot, ref int segment, ElementSize elementSize, scoped ReadOnlySpan<byte> defaultWords,
        out int count, out int stepBytes)
    {
        (count, stepBytes) = (0, 0);
        if (WirePointer.ReadOnce(slot).IsNull && !CopyDefault(slot, segment, defaultWords))
            return null;
        var built = Find(slot, segment);
        Require(built.Tag.Kind == PointerKind.List, CapnProtoError.WrongPointerKind);
        var elements = Elements(in built);
        Require(Has(elementSize, built.Tag.ElementSize, in elements), CapnProtoError.WrongElementSize);
        (count, stepBytes, segment) = (elements.Count, elements.StepBytes, built.Segment);
        return elementSize == ElementSize.Pointer ? elements.Start + elements.DataBytes : elements.Start;
    }

    /// <summary>The bytes of a Data or Text.</summary>
    internal unsafe Span<byte> GetBytes(byte* slot, int segment)
    {
        if (WirePointer.ReadOnce(slot).IsNull)
            return default;
        var built = Find(slot, segment);
        Require(built.Tag.Kind == PointerKind.List, CapnProtoError.WrongPointerKind);
        Require(built.Tag.ElementSize == ElementSize.Byte, CapnProtoError.WrongElementSize);
        Require(built.Content is not null, CapnProtoError.ExternalSegment);
        return new Span<byte>(built.Content, built.Tag.Count);
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
        Require(elements.Count == 0 || built.Tag.ElementSize != ElementSize.Bit, CapnProtoError.WrongElementSize);
        if (elements.IsStruct && elements.Size.DataWords >= least.DataWords && elements.Size.PointerCount >= least.PointerCount)
            return new StructListBuilder(ref this, elements.Start, built.Segment, elements.Count, elements.Size);
        var size = Larger(elements.Size, least);
        var content = GrowList(slot, ref segment, in elements, built.Segment, size);
        return new StructListBuilder(ref this, content, segment, elements.Count, size);
    }

    /// <summary>Whether each element begins with what is asked for. A bit is never a part of something else.</summary>
    private static bool Has(ElementSize asked, ElementSize actual, scoped in BuiltElements elements) => asked switch
    {
        _ when actual == ElementSize.Bit || asked == ElementSize.Bit => actual == asked,
        ElementSize.Pointer => elements.StepBytes > elements.DataBytes,
        _ => elements.DataBytes >= asked.Bits() / 8,
    };

    private unsafe Built Find(byte* slot, int segment)
    {
        var pointer = WirePointer.ReadOnce(slot);
        if (pointer.Kind != PointerKind.Far)
            return new Built { Tag = pointer, Content = slot + 8 + (8L * pointer.Offset), Segment = segment };
        // The builder wrote the pointer, so the segment that it names was added.
        Invariant.That(pointer.FarSegment < (uint)_count);
        var pad = SegmentRef((int)pointer.FarSegment).Start + pointer.PadPositionBytes;
        if (!pointer.IsDoubleFar)
            return Find(pad, (int)pointer.FarSegment);
        var place = WirePointer.ReadOnce(pad);
        Invariant.That(place.Kind == PointerKind.Far && place.FarSegment < (uint)_count);
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
