using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>Sizes of blocks. All are whole pages, so that every payload begins on one.</summary>
public static class BlockSizes
{
    /// <summary>
    /// One envelope with its metadata. A histogram of 256 counts takes 2 KiB; 16 KiB leaves room for a chain of operators that each
    /// add as much, where 64 KiB would be a third of the memory of an audio edge's payloads.
    /// </summary>
    public const int EnvelopeBytes = 16 << 10;

    /// <summary>The frame header that a link writes in front.</summary>
    public const int LinkHeaderBytes = 256;

    private const int LinkAlignmentBytes = 64;

    /// <summary>A payload in its producer's own region.</summary>
    public static long Payload(long frameBytes) => RoundUp(Math.Max(frameBytes, EnvelopeBytes), PlanLimits.PageBytes);

    /// <summary>A whole frame in the landing region of a link: header, envelope and payload, each padded to 64 bytes.</summary>
    public static long Landing(long frameBytes) =>
        RoundUp(LinkHeaderBytes + RoundUp(EnvelopeBytes, LinkAlignmentBytes) + RoundUp(frameBytes, LinkAlignmentBytes),
            PlanLimits.PageBytes);

    /// <summary>A page of regions.</summary>
    public static long PageBytes(HugePages pages) => pages switch
    {
        HugePages.Size2Mi => 2 << 20,
        HugePages.Size1Gi => 1 << 30,
        _ => PlanLimits.PageBytes,
    };

    private static long RoundUp(long bytes, int multiple) => (bytes + multiple - 1) / multiple * multiple;
}
