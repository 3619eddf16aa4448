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

/// <summary>One region of a pod: who owns it, the windows it has room for, and the blocks that this takes.</summary>
public sealed record RegionSizing(string Pod, string Owner, IReadOnlyList<FrameWindow> Windows, IReadOnlyList<BlockClassPlan> Classes)
{
    /// <summary>Bytes of all blocks. Header and bitmap come on top, less than a thousandth.</summary>
    public long BlockBytes => Classes.Sum(one => one.SizeBytes * one.Count);

    public override string ToString() =>
        $"{Owner}: {Bytes.Text(BlockBytes)} for {string.Join(" and ", Windows.Select(window => $"{window.Port}: {string.Join(" + ", window.Terms)}"))}";
}
