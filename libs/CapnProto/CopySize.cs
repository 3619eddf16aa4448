namespace K8sMediaFlow.CapnProto;

/// <summary>How many words a copy of an object takes: its own and those of all that it leads to.</summary>
internal static class CopySize
{
    public static long Words(AnyPointerReader pointer)
    {
        ReadLimits.RequireStack();
        return pointer.Kind switch
        {
            PointerKind.Struct => Words(pointer.AsStruct()),
            PointerKind.List => Words(pointer.AsList()),
            _ => 0,
        };
    }

    private static long Words(StructReader reader)
    {
        long words = reader.Size.Words;
        for (var index = 0; index < reader.Place.PointerCount; index++)
            words += Words(reader.GetAny(index));
        return words;
    }

    private static long Words(ListReader list)
    {
        var place = list.Place;
        if (place.ElementSize != ElementSize.Composite && place.ElementSize != ElementSize.Pointer)
            return (((long)list.Count * place.ElementSize.Bits()) + 63) / 64;
        var words = place.ElementSize == ElementSize.Composite ? 1L + ((long)list.Count * list.StructSize.Words) : list.Count;
        for (var index = 0; place.PointerCount > 0 && index < list.Count; index++)
        {
            var element = list.StructAt(index);
            for (var pointer = 0; pointer < place.PointerCount; pointer++)
                words += Words(element.GetAny(pointer));
        }

        return words;
    }
}
