namespace K8sMediaFlow.CapnProto;

/// <summary>The two sections of a struct.</summary>
/// <param name="DataWords">Words of the data section.</param>
/// <param name="PointerCount">Words of the pointer section.</param>
public readonly record struct StructSize(ushort DataWords, ushort PointerCount)
{
    public int Words => DataWords + PointerCount;
}
