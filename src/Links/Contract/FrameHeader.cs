using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Contract;

/// <summary>A segment's place in the block: 64-byte aligned offset from the block's start, and its length without padding.</summary>
public readonly record struct SegmentExtent(uint OffsetBytes, uint LengthBytes);

/// <summary>The first 256 bytes of a granted block, decoded (docs/reference/wire-formats.md section 5).</summary>
public struct FrameHeader
{
    public uint Epoch { get; set; }
    public ulong LinkSequence { get; set; }
    public uint Slot { get; set; }
    public FrameKind Kind { get; set; }
    public ushort SegmentCount { get; set; }
    public ulong Stream { get; set; }
    public ulong Sequence { get; set; }
    public ulong AgeNanoseconds { get; set; }
    public ulong EdgeAgeNanoseconds { get; set; }
    public LinkFrameFlags Flags { get; set; }
    public uint GapCount { get; set; }
    public GapCause GapCause { get; set; }
    public uint Crc32C { get; set; }
    public ulong TotalLengthBytes { get; set; }
    public SegmentExtent Segment0 { get; set; }
    public SegmentExtent Segment1 { get; set; }
    public SegmentExtent Segment2 { get; set; }

    /// <summary>The segment at an index below <see cref="SegmentCount"/>.</summary>
    public readonly SegmentExtent Segment(int index) => index switch
    {
        0 => Segment0,
        1 => Segment1,
        2 => Segment2,
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };
}
