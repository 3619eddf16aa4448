using System.Globalization;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>
/// What a sidecar's memory pays for. A page of shared memory is charged to who touches it first, and that is the sidecar, which prefaults
/// every region. The limit has room for a second set: of each producer one dead region may still be read when its successor has its own.
/// </summary>
/// <param name="RegionBytes">All regions of the pod, in whole pages.</param>
/// <param name="Links">Links of the pod, both directions: each has a thread, TLS and ledgers.</param>
/// <param name="HugePages">The pages that they lie in: huge ones are a resource of their own, and no part of memory.</param>
internal readonly record struct SidecarMemory(long RegionBytes, int Links, HugePages HugePages)
{
    private const long ProcessRequestBytes = 96L << 20, ProcessLimitBytes = 256L << 20, Granule = 1 << 20;

    /// <summary>
    /// An idle link takes 100 KiB at most; under way its ledgers grow with what it keeps. As many as these are in the process's own room.
    /// </summary>
    private const long LinkBytes = 512 << 10;
    private const int LinksWithin = 64;

    public long RequestBytes => RoundedUp(OrdinaryBytes + ProcessRequestBytes + MoreLinkBytes);

    public long LimitBytes => RoundedUp((2 * OrdinaryBytes) + ProcessLimitBytes + MoreLinkBytes);

    /// <summary>
    /// The resource that the huge pages are; null where there are none. Request and limit of it are the same: it cannot be overcommitted.
    /// </summary>
    public string? HugePagesResource => HugePages switch
    {
        HugePages.Size2Mi => "hugepages-2Mi",
        HugePages.Size1Gi => "hugepages-1Gi",
        _ => null,
    };

    public string HugePagesLimit => Text(2 * RegionBytes);

    public string Request => Text(RequestBytes);

    public string Limit => Text(LimitBytes);

    /// <summary>The sums of the plan for the pod.</summary>
    public static SidecarMemory Of(RenderInput input, PodSlot slot)
    {
        var regions = input.Widest.Regions.Where(region => region.Pod == slot.Stable);
        var links = input.Widest.Sidecars.Where(plan => plan.Pod == slot.Stable).Sum(plan => plan.Inbound.Count + plan.Outbound.Count);
        var memory = new SidecarMemory(regions.Sum(region => region.MemoryBytes), links, input.Graph.Staging.HugePages);
        Invariant.That(memory.HugePages == HugePages.None || memory.RegionBytes % Granule == 0);
        Invariant.That(memory.RegionBytes >= 0 && memory.RequestBytes <= memory.LimitBytes);
        return memory;
    }

    private long MoreLinkBytes => Math.Max(0, Links - LinksWithin) * LinkBytes;

    private long OrdinaryBytes => HugePages == HugePages.None ? RegionBytes : 0;

    private static long RoundedUp(long bytes) => (bytes + Granule - 1) / Granule * Granule;

    private static string Text(long bytes) => (bytes >> 20).ToString(CultureInfo.InvariantCulture) + "Mi";
}
