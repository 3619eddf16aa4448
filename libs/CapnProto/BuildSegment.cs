using System.Runtime.CompilerServices;

namespace K8sMediaFlow.CapnProto;

/// <summary>A segment under construction: filled from its start, word by word.</summary>
internal unsafe struct BuildSegment
{
    public byte* Start;
    public long CapacityBytes;
    public long UsedBytes;
}

/// <inheritdoc cref="NearSegments"/>
[InlineArray(Capacity)]
internal struct NearBuildSegments
{
    public const int Capacity = 4;

    private BuildSegment _first;
}
