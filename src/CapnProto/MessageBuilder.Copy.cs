using System.Runtime.CompilerServices;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// Deep copies from a reader. Objects keep the sizes that their writer gave them, so that fields which this version does not know travel
/// along. The source's budget and depth bound the work. Capability pointers become null: their table belongs to a connection, which a copy
/// leaves. If the source is unsound, the exception leaves a sound but incomplete copy behind.
/// </summary>
public partial struct MessageBuilder
{
    internal unsafe void CopyPointer(byte* slot, int segment, scoped AnyPointerReader source)
    {
        switch (source.Kind)
        {
            case PointerKind.Struct:
                CopyStruct(slot, segment, source.AsStruct());
                break;
            case PointerKind.List:
                CopyList(slot, segment, source.AsList());
                break;
            default:
                _ = source.CapabilityIndex;
                Unsafe.WriteUnaligned(slot, 0UL);
                break;
        }
    }

    internal unsafe void CopyStruct(byte* slot, int segment, scoped StructReader source)
    {
        var copy = InitStruct(slot, segment, source.Size);
        CopyContent(in copy, source);
    }

    internal unsafe void CopyList(byte* slot, int segment, scoped ListReader source)
    {
        if (source.ElementSize == ElementSize.Composite)
            CopyStructList(slot, segment, source);
        else
            CopyFlatList(slot, segment, source);
    }

    /// <summary>Copies as much of a struct as fits into one that is clear.</summary>
    internal unsafe void CopyContent(scoped in StructBuilder copy, scoped StructReader source)
    {
        var place = source.Place;
        Unsafe.CopyBlockUnaligned(copy.Data, place.Data, (uint)Math.Min(copy.Size.DataWords * 8, place.DataBytes));
        var pointerCount = Math.Min(copy.Size.PointerCount, place.PointerCount);
        for (var index = 0; index < pointerCount; index++)
            CopyPointer(copy.Slot(index), copy.Segment, source.GetAny(index));
    }

    private unsafe void CopyStructList(byte* slot, int segment, scoped ListReader source)
    {
        var size = source.StructSize;
        var content = InitStructList(slot, ref segment, size, source.Count);
        for (var index = 0; index < source.Count; index++)
        {
            var element = new StructBuilder(ref this, content + ((long)index * size.Words * 8), segment, size);
            CopyContent(in element, source.StructAt(index));
        }
    }

    private unsafe void CopyFlatList(byte* slot, int segment, scoped ListReader source)
    {
        var isPointer = source.ElementSize == ElementSize.Pointer;
        var content = InitList(slot, ref segment, source.ElementSize, source.Count, isCleared: isPointer);
        for (var index = 0; isPointer && index < source.Count; index++)
            CopyPointer(content + (8L * index), segment, source.PointerAt(index));
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
