using System.Runtime.CompilerServices;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// Deep copies from a reader. Objects keep the sizes that their writer gave them, so that fields which this version does not know travel
/// along. The source's budget and depth bound the work. Capability pointers become null: their table belongs to a connection, which a copy
/// leaves. If the source is unsound, the exception leaves a sound but incomplete copy behind.
/// </summary>
public partial struct MessageBuilder
{
    internal unsafe void CopyRoot(scoped AnyPointerReader source, bool isCanonical) => CopyPointer(_near[0].Start, 0, source, isCanonical);

    internal unsafe void CopyRoot(scoped StructReader source, bool isCanonical) => CopyStruct(_near[0].Start, 0, source, isCanonical);

    internal unsafe void CopyPointer(byte* slot, int segment, scoped AnyPointerReader source, bool isCanonical = false)
    {
        ReadLimits.RequireStack();
        switch (source.Kind)
        {
            case PointerKind.Struct:
                CopyStruct(slot, segment, source.AsStruct(), isCanonical);
                break;
            case PointerKind.List:
                CopyList(slot, segment, source.AsList(), isCanonical);
                break;
            default:
                Require(source.CapabilityIndex is null || !isCanonical, CapnProtoError.WrongPointerKind);
                Unsafe.WriteUnaligned(slot, 0UL);
                break;
        }
    }

    internal unsafe void CopyStruct(byte* slot, int segment, scoped StructReader source, bool isCanonical = false)
    {
        var copy = InitStruct(slot, segment, isCanonical ? Cut(source) : source.Size);
        CopyContent(in copy, source, isCanonical);
    }

    internal unsafe void CopyList(byte* slot, int segment, scoped ListReader source, bool isCanonical = false)
    {
        if (source.ElementSize == ElementSize.Composite)
            CopyStructList(slot, segment, source, isCanonical);
        else
            CopyFlatList(slot, segment, source, isCanonical);
    }

    /// <summary>Copies as much of a struct as fits into one that is clear.</summary>
    internal unsafe void CopyContent(scoped in StructBuilder copy, scoped StructReader source, bool isCanonical = false)
    {
        var place = source.Place;
        Unsafe.CopyBlockUnaligned(copy.Data, place.Data, (uint)Math.Min(copy.Size.DataWords * 8, place.DataBytes));
        var pointerCount = Math.Min(copy.Size.PointerCount, place.PointerCount);
        for (var index = 0; index < pointerCount; index++)
            CopyPointer(copy.Slot(index), copy.Segment, source.GetAny(index), isCanonical);
    }

    private unsafe void CopyStructList(byte* slot, int segment, scoped ListReader source, bool isCanonical)
    {
        var size = isCanonical ? Cut(source) : source.StructSize;
        var content = InitStructList(slot, ref segment, size, source.Count);
        for (var index = 0; index < source.Count; index++)
        {
            var element = new StructBuilder(ref this, content + ((long)index * size.Words * 8), segment, size);
            CopyContent(in element, source.StructAt(index), isCanonical);
        }
    }

    private unsafe void CopyFlatList(byte* slot, int segment, scoped ListReader source, bool isCanonical)
    {
        var isPointer = source.ElementSize == ElementSize.Pointer;
        var content = InitList(slot, ref segment, source.ElementSize, source.Count, isCleared: isPointer);
        for (var index = 0; isPointer && index < source.Count; index++)
            CopyPointer(content + (8L * index), segment, source.PointerAt(index), isCanonical);
        if (!isPointer)
            CopyBits(content, source.Place.Start, (long)source.Count * source.ElementSize.Bits());
    }

    /// <summary>The last word was cleared; bits behind the last element stay so.</summary>
    private static unsafe void CopyBits(byte* target, byte* source, long bits)
    {
        Buffer.MemoryCopy(source, target, bits / 8, bits / 8);
        if (bits % 8 != 0)
            target[bits / 8] = (byte)(source[bits / 8] & ((1 << (int)(bits % 8)) - 1));
    }

    /// <summary>The sections without the zero words and null pointers at their ends.</summary>
    private static StructSize Cut(scoped StructReader source)
    {
        var (dataWords, pointerCount) = (source.Size.DataWords, source.Size.PointerCount);
        while (dataWords > 0 && source.GetPadded(dataWords - 1) == 0)
            dataWords--;
        while (pointerCount > 0 && !source.HasPointer(pointerCount - 1))
            pointerCount--;
        return new StructSize(dataWords, pointerCount);
    }

    private static StructSize Cut(scoped ListReader source)
    {
        var size = default(StructSize);
        for (var index = 0; index < source.Count && size != source.StructSize; index++)
            size = Larger(size, Cut(source.StructAt(index)));
        return size;
    }

    /// <summary>Puts a default value in place of a null pointer; false if there is none.</summary>
    private unsafe bool CopyDefault(byte* slot, int segment, scoped ReadOnlySpan<byte> defaultWords)
    {
        if (defaultWords.Length < 8)
            return false;
        var message = new MessageReader(defaultWords, ReadLimits.ForSize(defaultWords.Length));
        CopyPointer(slot, segment, message.RootPointer());
        return !WirePointer.ReadOnce(slot).IsNull;
    }
}
