using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Contract;

/// <summary>Flags of a frame on a link, as in the frame header.</summary>
[Flags]
public enum LinkFrameFlags : uint
{
    None = 0,

    /// <summary>The frame may have been sent before: the consumer removes duplicates by identity.</summary>
    Replay = 1,

    /// <summary>The header carries a CRC32C over the segments. Set and checked by the fabric (FabricOptions.Checksum).</summary>
    Checksum = 2,
}

/// <summary>One frame, gap or end of stream as a source hands it to its link. The memory of the parts stays valid and unchanged until
/// <see cref="ILinkSource.Done"/> was called with <see cref="Handle"/>.</summary>
public struct LinkFrame
{
    /// <summary>Most segments that a frame has.</summary>
    public const int SegmentsMax = 3;

    /// <summary>The source's own name for the frame: comes back in Landed, Refused and Done, never travels.</summary>
    public ulong Handle { get; set; }

    public FrameKind Kind { get; set; }
    public LinkFrameFlags Flags { get; set; }
    public ulong Stream { get; set; }
    public ulong Sequence { get; set; }

    /// <summary>Nanoseconds from the source's send to the send on this edge.</summary>
    public ulong AgeNanoseconds { get; set; }

    /// <summary>Nanoseconds already spent on this edge before <see cref="SentAtNanoseconds"/>.</summary>
    public ulong EdgeAgeNanoseconds { get; set; }

    /// <summary>
    /// When the frame was sent on this edge (CLOCK_MONOTONIC of this machine). The link adds what has passed since to the edge age.
    /// </summary>
    public long SentAtNanoseconds { get; set; }

    /// <summary>When the link took it (the same clock), for its figures; 0 where the source does not set it. Never travels.</summary>
    public long TakenAtNanoseconds { get; set; }

    /// <summary>Age since the source's send at which it is dropped instead of written; 0: none. Never travels.</summary>
    public long DeadlineNanoseconds { get; set; }

    /// <summary>
    /// Once it was written, it is written again only where its receiver is known not to have it. Never travels.
    /// </summary>
    public bool IsSentOnce { get; set; }

    /// <summary>Gap: how many consecutive sequences it explains, from <see cref="Sequence"/> on. Otherwise 0.</summary>
    public uint GapCount { get; set; }

    /// <summary>Gap: why they do not come. Otherwise none.</summary>
    public GapCause GapCause { get; set; }

    /// <summary>Segments in use: 1..3 for a frame, 0 for the others.</summary>
    public int SegmentCount { get; set; }

    public MemoryPart Segment0 { get; set; }
    public MemoryPart Segment1 { get; set; }
    public MemoryPart Segment2 { get; set; }

    /// <summary>Whether it is older than it may be.</summary>
    /// <param name="nowNanoseconds">CLOCK_MONOTONIC of this machine.</param>
    public readonly bool IsLate(long nowNanoseconds) => DeadlineNanoseconds > 0 && Kind == FrameKind.Frame
        && AgeNanoseconds + EdgeAgeNanoseconds + (ulong)Math.Max(0, nowNanoseconds - SentAtNanoseconds) > (ulong)DeadlineNanoseconds;

    /// <summary>Becomes the notice in its own place.</summary>
    internal void BecomeGap(GapCause cause) => (Kind, SegmentCount, GapCount, GapCause) = (FrameKind.Gap, 0, 1, cause);

    /// <summary>The segment at an index below <see cref="SegmentCount"/>.</summary>
    public readonly MemoryPart Segment(int index) => index switch
    {
        0 => Segment0,
        1 => Segment1,
        2 => Segment2,
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    /// <summary>Appends a segment; a fourth one is an error of the caller.</summary>
    public void AddSegment(MemoryPart part)
    {
        switch (SegmentCount++)
        {
            case 0: Segment0 = part; break;
            case 1: Segment1 = part; break;
            case 2: Segment2 = part; break;
            default: throw new InvalidOperationException("A frame has at most three segments.");
        }
    }
}
