namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>Visits everything that a message's root leads to, by our runtime, and sums up what it saw.</summary>
internal sealed class FastWalker
{
    private readonly WalkDigest _digest = new();
    private bool _withViews;
    private bool _sawOther;

    public static ulong Digest(ref MessageReader message, bool withViews = false)
    {
        var walker = new FastWalker { _withViews = withViews };
        walker.Struct(message.Root());
        return walker._digest.Value;
    }

    /// <summary>Whether a capability, or what has no meaning yet, stands somewhere; null if the message is unsound.</summary>
    public static bool? SawOther(ref MessageReader message)
    {
        var walker = new FastWalker();
        try
        {
            walker.Struct(message.Root());
            return walker._sawOther;
        }
        catch (CapnProtoException)
        {
            return null;
        }
    }

    private void Struct(StructReader reader)
    {
        _digest.Add((ulong)reader.Place.DataBytes);
        _digest.Add(reader.Place.PointerCount);
        for (var offset = 0; offset < reader.Place.DataBytes; offset++)
            _digest.Add(reader.Get<byte>(offset));
        for (var index = 0; index < reader.Place.PointerCount; index++)
            Pointer(reader.GetAny(index));
    }

    private void Pointer(AnyPointerReader pointer)
    {
        var kind = pointer.Kind;
        _sawOther |= kind == PointerKind.Other;
        _digest.Add(kind is null ? 99 : (ulong)kind);
        if (kind == PointerKind.Struct)
            Struct(pointer.AsStruct());
        else if (kind == PointerKind.List)
            List(pointer.AsList());
    }

    private void List(ListReader list)
    {
        _digest.Add((ulong)list.ElementSize);
        _digest.Add((ulong)list.Count);
        if (list.Count == 0)
            return;
        if (_withViews)
            ListViews.Add(list, _digest);
        if (list.ElementSize == ElementSize.Bit)
            foreach (var bit in list.AsBools())
                _digest.Add(bit ? 1UL : 0);
        else if (list.ElementSize != ElementSize.Void)
            for (var index = 0; index < list.Count; index++)
                Element(list, index);
    }

    private void Element(ListReader list, int index)
    {
        if (list.ElementSize == ElementSize.Pointer)
            Pointer(list.AsPointers()[index]);
        else
            Struct(list.StructAt(index));
    }
}
