using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>Placing objects: beside their pointer where there is room, else in another segment behind a far pointer.</summary>
public partial struct MessageBuilder
{
    [UnscopedRef]
    internal unsafe StructBuilder InitStruct(byte* slot, int segment, StructSize size)
    {
        var sizeBytes = size.Words * 8;
        var content = Allocate(ref slot, ref segment, sizeBytes, alignmentBytes: 8);
        Unsafe.InitBlockUnaligned(content, 0, (uint)sizeBytes);

        // An empty struct has nowhere to point to, and all zeroes would mean null: the format points it at itself.
        WirePointer.Struct(sizeBytes == 0 ? -1 : Words(slot, content), size).Write(slot);
        return new StructBuilder(ref this, content, segment, size);
    }

    /// <summary>Room for a list of anything but structs; cleared unless it is a payload.</summary>
    internal unsafe byte* InitList(byte* slot, ref int segment, ElementSize elementSize, int count, bool isCleared, int alignmentBytes = 8)
    {
        if ((uint)count > WirePointer.CountMax)
            CapnProtoException.Throw(CapnProtoError.TooLarge);
        var lengthBytes = Words(((long)count * elementSize.Bits() + 7) / 8) * 8;
        var content = Allocate(ref slot, ref segment, lengthBytes, alignmentBytes);
        if (isCleared)
            Clear(content, lengthBytes);
        else if (lengthBytes > 0)
            Unsafe.WriteUnaligned(content + lengthBytes - 8, 0UL);
        WirePointer.List(Words(slot, content), elementSize, count).Write(slot);
        return content;
    }

    internal unsafe byte* InitStructList(byte* slot, ref int segment, StructSize size, int count)
    {
        var words = (long)count * size.Words;
        if ((uint)count > WirePointer.CountMax || words > WirePointer.CountMax)
            CapnProtoException.Throw(CapnProtoError.TooLarge);
        var content = Allocate(ref slot, ref segment, 8 + (words * 8), alignmentBytes: 8);
        Clear(content, 8 + (words * 8));
        WirePointer.List(Words(slot, content), ElementSize.Composite, (int)words).Write(slot);
        WirePointer.Struct(count, size).Write(content);
        return content + 8;
    }

    /// <summary>
    /// A double-far pointer to a payload that begins its segment. Its landing pad is beside the pointer, not beside the payload: so the
    /// payload's memory needs no header word, keeps its page alignment, and is never written by who only passes it on.
    /// </summary>
    internal unsafe void SetExternal(byte* slot, int segment, int externalSegment, int lengthBytes)
    {
        if ((uint)lengthBytes > WirePointer.CountMax)
            CapnProtoException.Throw(CapnProtoError.TooLarge);
        if (lengthBytes > SegmentAt(externalSegment).UsedBytes)
            CapnProtoException.Throw(CapnProtoError.OutOfBounds);
        var pad = Take(ref segment, 16, alignmentBytes: 8);
        WirePointer.Far(0, externalSegment, isDouble: false).Write(pad);
        WirePointer.List(0, ElementSize.Byte, lengthBytes).Write(pad + 8);
        WirePointer.Far(pad - SegmentRef(segment).Start, segment, isDouble: true).Write(slot);
    }

    /// <summary>Room for an object. If it is in another segment, the slot is moved to a landing pad in front of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe byte* Allocate(ref byte* slot, ref int segment, long sizeBytes, int alignmentBytes)
    {
        Invariant.That((sizeBytes & 7) == 0 && sizeBytes >= 0);
        ref var memory = ref SegmentRef(segment);
        if (alignmentBytes <= 8 && memory.UsedBytes + sizeBytes <= memory.CapacityBytes)
        {
            var content = memory.Start + memory.UsedBytes;
            memory.UsedBytes += sizeBytes;
            return content;
        }

        return AllocateElsewhere(ref slot, ref segment, sizeBytes, alignmentBytes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private unsafe byte* AllocateElsewhere(ref byte* slot, ref int segment, long sizeBytes, int alignmentBytes)
    {
        if (alignmentBytes != 8)
            RequirePowerOf2(alignmentBytes);
        if (HasRoom(segment, sizeBytes, alignmentBytes))
            return Take(ref segment, sizeBytes, alignmentBytes);

        // An aligned object has its pad apart, or the pad would push it off its boundary.
        var target = 0;
        var padApart = alignmentBytes > 8;
        while (target < _count && (target == segment || !HasRoom(target, sizeBytes + 8 + (padApart ? alignmentBytes : 0), 8)))
            target++;
        if (target == _count)
            CapnProtoException.Throw(CapnProtoError.OutOfSpace);
        var pad = Take(ref target, 8, 8);
        var content = Take(ref target, sizeBytes, alignmentBytes);
        Invariant.That(padApart ? content >= pad + 8 : content == pad + 8);
        WirePointer.Far(pad - SegmentRef(target).Start, target, isDouble: false).Write(slot);
        slot = pad;
        segment = target;
        return content;
    }

    /// <summary>An alignment is the caller's word; any other number would leave the words of the segment shifted.</summary>
    private static void RequirePowerOf2(int alignmentBytes)
    {
        if (!BitOperations.IsPow2(alignmentBytes))
            throw new ArgumentOutOfRangeException(nameof(alignmentBytes), alignmentBytes, "An alignment is a power of two.");
    }

    private unsafe bool HasRoom(int segment, long sizeBytes, int alignmentBytes)
    {
        ref var memory = ref SegmentRef(segment);
        return memory.Start is not null
            && memory.UsedBytes + Padding(memory.Start + memory.UsedBytes, alignmentBytes) + sizeBytes <= memory.CapacityBytes;
    }

    private unsafe byte* Take(ref int segment, long sizeBytes, int alignmentBytes)
    {
        if (!HasRoom(segment, sizeBytes, alignmentBytes))
            CapnProtoException.Throw(CapnProtoError.OutOfSpace);
        ref var memory = ref SegmentRef(segment);
        var padding = Padding(memory.Start + memory.UsedBytes, alignmentBytes);
        Clear(memory.Start + memory.UsedBytes, padding);
        var content = memory.Start + memory.UsedBytes + padding;
        memory.UsedBytes += padding + sizeBytes;
        Invariant.That(memory.UsedBytes <= memory.CapacityBytes && (memory.UsedBytes & 7) == 0);
        return content;
    }

    private static unsafe long Padding(byte* at, int alignmentBytes) => -(nint)at & (alignmentBytes - 1L);

    private static unsafe void Clear(byte* start, long lengthBytes) =>
        System.Runtime.InteropServices.NativeMemory.Clear(start, (nuint)lengthBytes);

    private static unsafe long Words(byte* slot, byte* content) => (content - slot - 8) / 8;

    private static long Words(long lengthBytes) => (lengthBytes + 7) / 8;
}
