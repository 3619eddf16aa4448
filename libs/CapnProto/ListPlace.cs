namespace K8sMediaFlow.CapnProto;

/// <summary>Where a list lies and how its elements are laid out. An element of any width is a data part and then pointers.</summary>
internal readonly unsafe struct ListPlace(
    byte* start,
    int count,
    int stepBytes,
    int dataBytes,
    ushort pointerCount,
    ElementSize elementSize,
    uint segment,
    int depth)
{
    public readonly byte* Start = start;
    public readonly int Count = count;
    public readonly int StepBytes = stepBytes;
    public readonly int DataBytes = dataBytes;
    public readonly int Depth = depth;
    public readonly uint Segment = segment;
    public readonly ushort PointerCount = pointerCount;
    public readonly ElementSize ElementSize = elementSize;
}
