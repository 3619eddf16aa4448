namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>Visits everything that a message's root leads to, by our runtime, and sums up what it saw.</summary>
internal static class FastWalker
{
    public static ulong Digest(ref MessageReader message)
    {
        var digest = new WalkDigest();
        Struct(message.Root(), digest);
        return digest.Value;
    }

    private static void Struct(StructReader reader, WalkDigest digest)
    {
        digest.Add((ulong)reader.Place.DataBytes);
        digest.Add(reader.Place.PointerCount);
        for (var offset = 0; offset < reader.Place.DataBytes; offset++)
            digest.Add(reader.Get<byte>(offset));
        for (var index = 0; index < reader.Place.PointerCount; index++)
            Pointer(reader.GetAny(index), digest);
    }

    private static void Pointer(AnyPointerReader pointer, WalkDigest digest)
    {
        var kind = pointer.Kind;
        digest.Add(kind is null ? 99 : (ulong)kind);
        if (kind == PointerKind.Struct)
            Struct(pointer.AsStruct(), digest);
        else if (kind == PointerKind.List)
            List(pointer.AsList(), digest);
    }

    private static void List(ListReader list, WalkDigest digest)
    {
        digest.Add((ulong)list.ElementSize);
        digest.Add((ulong)list.Count);
        if (list.Count == 0)
            return;
        if (list.ElementSize == ElementSize.Bit)
            foreach (var bit in list.AsBools())
                digest.Add(bit ? 1UL : 0);
        else if (list.ElementSize != ElementSize.Void)
            for (var index = 0; index < list.Count; index++)
                Element(list, index, digest);
    }

    private static void Element(ListReader list, int index, WalkDigest digest)
    {
        if (list.ElementSize == ElementSize.Pointer)
            Pointer(list.AsPointers()[index], digest);
        else
            Struct(list.StructAt(index), digest);
    }
}
