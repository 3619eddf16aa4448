using System.Globalization;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>
/// What a sidecar's memory pays for. A page of shared memory is charged to who touches it first, and that is the sidecar, which prefaults
/// every region. The limit has room for a second set: of each producer one dead region may still be read when its successor has its own.
/// </summary>
/// <param name="RegionBytes">All regions of the pod.</param>
internal readonly record struct SidecarMemory(long RegionBytes)
{
    private const long ProcessRequestBytes = 96L << 20, ProcessLimitBytes = 256L << 20, Granule = 1 << 20;

    public long RequestBytes => RoundedUp(RegionBytes + ProcessRequestBytes);

    public long LimitBytes => RoundedUp((2 * RegionBytes) + ProcessLimitBytes);

    public string Request => Text(RequestBytes);

    public string Limit => Text(LimitBytes);

    /// <summary>The sums of the plan for the pod, headers and bitmaps included.</summary>
    public static SidecarMemory Of(RenderInput input, PodSlot slot)
    {
        var blocks = input.Widest.Regions.Where(region => region.Pod == slot.Stable).Sum(region => region.BlockBytes);
        // Headers and bitmaps are less than a thousandth of the blocks; a page per region covers the smallest.
        return new SidecarMemory(blocks + (blocks / 1000) + (input.Widest.Regions.Count(region => region.Pod == slot.Stable) * 8192L));
    }

    private static long RoundedUp(long bytes) => (bytes + Granule - 1) / Granule * Granule;

    private static string Text(long bytes) => (bytes >> 20).ToString(CultureInfo.InvariantCulture) + "Mi";
}
