using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// An object copied from an older writer's message is smaller than today's schema wants it. It moves to a larger place; what it points to
/// stays where it is, and its old place is cleared, so that it packs to next to nothing.
/// </summary>
public partial struct MessageBuilder
{
    private unsafe struct BuiltElements
    {
        public byte* Start;
        public int Count;
        public int StepBytes;
        public int DataBytes;
        public StructSize Size;
        public bool IsStruct;
    }

    [UnscopedRef]
    private unsafe StructBuilder GrowStruct(byte* slot, int segment, scoped in Built old, StructSize size)
    {
        var grown = InitStruct(slot, segment, size);
        MoveElement(old.Content, old.Tag.DataWords * 8, old.Tag.PointerCount, old.Segment, in grown);
        Clear(old.Content, (old.Tag.DataWords + old.Tag.PointerCount) * 8L);
        return grown;
    }

    private unsafe byte* GrowList(byte* slot, ref int segment, scoped in BuiltElements old, int oldSegment, StructSize size)
    {
        var content = InitStructList(slot, ref segment, size, old.Count);
        for (var index = 0; index < old.Count; index++)
        {
            var grown = new StructBuilder(ref this, content + ((long)index * size.Words * 8), segment, size);
            MoveElement(old.Start + ((long)index * old.StepBytes), old.DataBytes, (old.StepBytes - old.DataBytes) / 8, oldSegment,
                in grown);
        }

        Clear(old.Start, (((long)old.Count * old.StepBytes) + 7) & ~7L);
        return content;
    }

    private unsafe void MoveElement(byte* old, int dataBytes, int pointerCount, int oldSegment, scoped in StructBuilder grown)
    {
        // Unchecked copies from here on: the larger place has room for all of the smaller one.
        Invariant.That(dataBytes >= 0 && dataBytes <= grown.Size.DataWords * 8);
        Invariant.That(pointerCount <= grown.Size.PointerCount);
        Unsafe.CopyBlockUnaligned(grown.Data, old, (uint)dataBytes);
        for (var index = 0; index < pointerCount; index++)
            MovePointer(old + dataBytes + (8L * index), oldSegment, grown.Slot(index), grown.Segment);
    }

    /// <summary>Makes <paramref name="slot"/> lead to where <paramref name="old"/> leads.</summary>
    private unsafe void MovePointer(byte* old, int oldSegment, byte* slot, int segment)
    {
        var pointer = WirePointer.ReadOnce(old);
        if (pointer.IsNull || pointer.Kind >= PointerKind.Far || (pointer.Kind == PointerKind.Struct && pointer.IsEmptyStruct))
            pointer.Write(slot);
        else if (segment == oldSegment)
            pointer.WithOffset(Words(slot, old + 8 + (8L * pointer.Offset))).Write(slot);
        else
            MovePointerAcross(pointer, old + 8 + (8L * pointer.Offset), oldSegment, slot, segment);
    }

    /// <summary>
    /// To an object in another segment: by a pad there if it has room for one, else by a double pad wherever there is room.
    /// </summary>
    private unsafe void MovePointerAcross(WirePointer pointer, byte* content, int contentSegment, byte* slot, int segment)
    {
        Invariant.That(contentSegment != segment);
        if (HasRoom(contentSegment, 8, 8))
        {
            var near = Take(ref contentSegment, 8, 8);
            pointer.WithOffset(Words(near, content)).Write(near);
            WirePointer.Far(near - SegmentRef(contentSegment).Start, contentSegment, isDouble: false).Write(slot);
            return;
        }

        var target = segment;
        for (var other = 0; other < _count && !HasRoom(target, 16, 8); other++)
            target = other;
        var pad = Take(ref target, 16, 8);
        WirePointer.Far(content - SegmentRef(contentSegment).Start, contentSegment, isDouble: false).Write(pad);
        pointer.WithOffset(0).Write(pad + 8);
        WirePointer.Far(pad - SegmentRef(target).Start, target, isDouble: true).Write(slot);
    }

    private static unsafe BuiltElements Elements(scoped in Built list)
    {
        var size = list.Tag.ElementSize;
        Require(list.Content is not null, CapnProtoError.ExternalSegment);
        if (size == ElementSize.Composite)
            return Structs(list.Content);
        var stepBytes = size.Bits() / 8;
        var isPointer = size == ElementSize.Pointer;
        return new BuiltElements
        {
            Start = list.Content,
            Count = list.Tag.Count,
            StepBytes = stepBytes,
            DataBytes = isPointer ? 0 : stepBytes,
            Size = isPointer ? new StructSize(0, 1) : new StructSize((ushort)((stepBytes + 7) / 8), 0),
        };
    }

    private static unsafe BuiltElements Structs(byte* content)
    {
        var tag = WirePointer.ReadOnce(content);
        Invariant.That(tag.Kind == PointerKind.Struct && tag.Offset >= 0);
        var size = new StructSize((ushort)tag.DataWords, (ushort)tag.PointerCount);
        return new BuiltElements
        {
            Start = content + 8,
            Count = tag.Offset,
            StepBytes = size.Words * 8,
            DataBytes = size.DataWords * 8,
            Size = size,
            IsStruct = true,
        };
    }
}
