using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace K8sMediaFlow.CapnProto;

/// <summary>A piece of memory that holds one segment. Unmanaged or pinned: its address is kept.</summary>
internal readonly unsafe struct Segment(byte* start, long lengthBytes)
{
    public readonly byte* Start = start;
    public readonly long LengthBytes = lengthBytes;

    public static Segment Of(ReadOnlySpan<byte> memory) =>
        new((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory)), memory.Length);
}

/// <summary>Four segments need no allocation: a frame has at most three.</summary>
[InlineArray(Capacity)]
internal struct NearSegments
{
    public const int Capacity = 4;

    private Segment _first;
}
