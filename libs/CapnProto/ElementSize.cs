namespace K8sMediaFlow.CapnProto;

#pragma warning disable CA1720 // "Pointer" is the format's own word.
/// <summary>The three bits of a list pointer that say how wide an element is.</summary>
public enum ElementSize
{
    Void = 0,
    Bit = 1,
    Byte = 2,
    TwoBytes = 3,
    FourBytes = 4,
    EightBytes = 5,
    Pointer = 6,
    Composite = 7,
}

internal static class ElementSizes
{
    /// <summary>Bits of one element; a composite one has its tag to say.</summary>
    public static int Bits(this ElementSize size) => size switch
    {
        ElementSize.Void => 0,
        ElementSize.Bit => 1,
        ElementSize.Byte => 8,
        ElementSize.TwoBytes => 16,
        ElementSize.FourBytes => 32,
        _ => 64,
    };

    public static unsafe ElementSize Of<T>()
        where T : unmanaged => sizeof(T) switch
        {
            1 => ElementSize.Byte,
            2 => ElementSize.TwoBytes,
            4 => ElementSize.FourBytes,
            8 => ElementSize.EightBytes,
            _ => throw new NotSupportedException($"A list element has 1, 2, 4 or 8 bytes, but {typeof(T).Name} has {sizeof(T)}."),
        };
}
