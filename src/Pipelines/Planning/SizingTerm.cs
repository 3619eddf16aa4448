using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>One line of a sum: so many frames, and why.</summary>
public sealed record SizingTerm(int Frames, string Reason)
{
    public override string ToString() => FormattableString.Invariant($"{Frames} {Reason}");
}

/// <summary>
/// How many frames of one port or link may be alive at once. The window is the sum of its terms; it is what a producer may have
/// sent that is not done.
/// </summary>
public sealed record FrameWindow(string Port, long FrameBytes, IReadOnlyList<SizingTerm> Terms)
{
    public int Frames => Terms.Sum(term => term.Frames);

    /// <summary>Envelope and payload of each frame.</summary>
    public int QuotaBlocks => 2 * Frames;
}

/// <summary>
/// One region of a pod: its owner, the windows it has room for, the blocks that this takes, and the pages that hold them.
/// </summary>
public sealed record RegionSizing(string Pod, string Owner, IReadOnlyList<FrameWindow> Windows, IReadOnlyList<BlockClassPlan> Classes)
{
    /// <summary>Bytes of all blocks.</summary>
    public long BlockBytes => BlockClasses.BytesOf(Classes);

    public HugePages HugePages { get; init; }

    /// <summary>
    /// Bytes of its memory: header and bitmap are less than a thousandth, and two pages where the blocks are few; it takes whole pages.
    /// </summary>
    public long MemoryBytes => (BlockBytes + (BlockBytes / 1000) + (2 * PlanLimits.PageBytes) + PageBytes - 1) / PageBytes * PageBytes;

    /// <summary>The windows with their terms.</summary>
    public string Why => string.Join(" and ", Windows.Select(window => $"{window.Port}: {string.Join(" + ", window.Terms)}"));

    private long PageBytes => BlockSizes.PageBytes(HugePages);

    public override string ToString() => $"{Owner}: {Bytes.Text(MemoryBytes)} for {Why}";
}
