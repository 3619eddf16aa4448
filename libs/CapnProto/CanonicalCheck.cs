namespace K8sMediaFlow.CapnProto;

/// <summary>Walks a message in preorder and holds each object against the place where the one before it ended.</summary>
internal unsafe ref struct CanonicalCheck(Segment segment)
{
    private readonly byte* _end = segment.Start + segment.LengthBytes;
    private byte* _next = segment.Start + 8;

    /// <summary>Whether no word is left over.</summary>
    public readonly bool IsAtEnd => _next == _end;

    public bool Pointer(scoped AnyPointerReader pointer)
    {
        ReadLimits.RequireStack();
        var word = pointer.Word;
        if (word.IsNull)
            return true;
        if (word.Kind >= PointerKind.Far)
            return false;
        if (word.Kind == PointerKind.List)
            return List(pointer.AsList(), word);
        if (word.IsEmptyStruct)
            return word.Offset == -1;
        var reader = pointer.AsStruct();
        if (!IsNext(reader.Place.Data, reader.Size.Words * 8L) || !IsDataCut(reader) || !ArePointersCut(reader))
            return false;
        return Pointers(reader);
    }

    private bool Pointers(scoped StructReader reader)
    {
        for (var index = 0; index < reader.Place.PointerCount; index++)
            if (!Pointer(reader.GetAny(index)))
                return false;
        return true;
    }

    private bool List(scoped ListReader list, WirePointer word)
    {
        var place = list.Place;
        if (place.ElementSize == ElementSize.Composite)
            return IsNext(place.Start - 8, 8 + (8L * word.Count)) && (long)list.Count * list.StructSize.Words == word.Count
                && Structs(list);
        var bits = (long)list.Count * place.ElementSize.Bits();
        if (!IsNext(place.Start, (bits + 63) / 64 * 8))
            return false;
        return place.ElementSize == ElementSize.Pointer ? Elements(list) : IsPaddedWithZero(place.Start, bits);
    }

    private bool Elements(scoped ListReader list)
    {
        for (var index = 0; index < list.Count; index++)
            if (!Pointer(list.PointerAt(index)))
                return false;
        return true;
    }

    /// <summary>A list is cut to what its largest element needs.</summary>
    private bool Structs(scoped ListReader list)
    {
        var (isDataCut, arePointersCut) = (list.StructSize.Words == 0, list.StructSize.Words == 0);
        for (var index = 0; index < list.Count && list.StructSize.Words > 0; index++)
        {
            var element = list.StructAt(index);
            isDataCut |= IsDataCut(element);
            arePointersCut |= ArePointersCut(element);
            if (!Pointers(element))
                return false;
        }

        return isDataCut && arePointersCut;
    }

    private static bool IsDataCut(scoped StructReader reader) =>
        reader.Size.DataWords == 0 || reader.Get<ulong>((reader.Size.DataWords - 1) * 8) != 0;

    private static bool ArePointersCut(scoped StructReader reader) =>
        reader.Size.PointerCount == 0 || reader.HasPointer(reader.Size.PointerCount - 1);

    private static bool IsPaddedWithZero(byte* start, long bits)
    {
        var end = start + ((bits + 63) / 64 * 8);
        var at = start + (bits / 8);
        if (bits % 8 != 0 && *at++ >> (int)(bits % 8) != 0)
            return false;
        while (at < end && *at == 0)
            at++;
        return at == end;
    }

    private bool IsNext(byte* start, long lengthBytes)
    {
        if (start != _next)
            return false;
        _next += lengthBytes;
        return true;
    }
}
