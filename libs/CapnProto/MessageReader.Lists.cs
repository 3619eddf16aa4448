using System.Diagnostics.CodeAnalysis;

namespace K8sMediaFlow.CapnProto;

/// <summary>Lists: their extent is checked as a whole here, so that element access needs the index check only.</summary>
public partial struct MessageReader
{
    [UnscopedRef]
    private unsafe ListReader ReadFlat(scoped in Target target, int depth)
    {
        var size = target.Tag.ElementSize;
        var count = target.Tag.Count;
        var lengthBytes = ((long)count * size.Bits() + 7) / 8;
        var start = Check(in target, lengthBytes);

        // A list of nothing occupies nothing: without a charge per element three words could describe half a billion elements.
        Charge(size == ElementSize.Void ? count : (lengthBytes + 7) / 8);
        var stepBytes = size.Bits() / 8;
        var isPointer = size == ElementSize.Pointer;
        return new ListReader(
            ref this,
            new ListPlace(start, count, stepBytes, isPointer ? 0 : stepBytes, (ushort)(isPointer ? 1 : 0), size, target.Segment, depth));
    }

    [UnscopedRef]
    private unsafe ListReader ReadComposite(scoped in Target target, int depth)
    {
        var words = target.Tag.Count;
        var start = Check(in target, 8 + (8L * words));
        var tag = WirePointer.ReadOnce(start);
        if (tag.Kind != PointerKind.Struct || tag.Offset < 0)
            CapnProtoException.Throw(CapnProtoError.BadListTag);
        var elementWords = tag.DataWords + tag.PointerCount;

        // Against the pointer's own word count, not the segment's end: what follows the list may be another frame's memory.
        if ((long)tag.Offset * elementWords > words)
            CapnProtoException.Throw(CapnProtoError.BadListTag);
        Charge(elementWords == 0 ? tag.Offset : words);
        return new ListReader(
            ref this,
            new ListPlace(
                start + 8,
                tag.Offset,
                elementWords * 8,
                tag.DataWords * 8,
                (ushort)tag.PointerCount,
                ElementSize.Composite,
                target.Segment,
                depth));
    }
}
