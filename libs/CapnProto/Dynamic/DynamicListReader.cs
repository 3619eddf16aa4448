namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>A list of a message, read by a schema that was loaded at run time.</summary>
public readonly ref struct DynamicListReader
{
    private readonly ListReader _list;

    internal DynamicListReader(ListReader list, DynamicType element)
    {
        _list = list;
        ElementType = element;
        Require(element.Kind);
    }

    public int Count => _list.Count;

    public DynamicType ElementType { get; }

    /// <exception cref="CapnProtoException">The element is a pointer that is not sound.</exception>
    public DynamicValue this[int index] => ElementType.Kind switch
    {
        DynamicKind.Struct => DynamicValue.Of(ElementType, _list.StructAt(index)),
        var kind when kind.IsPointer() => DynamicValue.Of(ElementType, _list.PointerAt(index)),
        var kind => DynamicValue.Of(ElementType, Number(kind, index)),
    };

    /// <summary>Strict where the typed views are not: an empty list of the wrong kind is wrong, too, as the reference has it.</summary>
    private unsafe void Require(DynamicKind kind)
    {
        var place = _list.Place;
        if (place.Start is null)
            return;
        var fits = kind switch
        {
            DynamicKind.Bool => place.ElementSize is >= ElementSize.Bit and <= ElementSize.EightBytes,
            _ when place.ElementSize == ElementSize.Bit => false,
            DynamicKind.Struct => true,
            _ => kind.IsPointer() ? place.PointerCount > 0 : place.DataBytes * 8 >= kind.DataBits(),
        };
        if (!fits)
            CapnProtoException.Throw(CapnProtoError.WrongElementSize);
    }

    private ulong Number(DynamicKind kind, int index) => kind.DataBits() switch
    {
        1 => _list.AsBools()[index] ? 1UL : 0UL,
        8 => _list.As<byte>()[index],
        16 => _list.As<ushort>()[index],
        32 => _list.As<uint>()[index],
        64 => _list.As<ulong>()[index],
        _ => 0,
    };
}
