using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>Arithmetic over the block classes of a region, whoever chose them.</summary>
public static class BlockClasses
{
    /// <summary>Bytes of all blocks.</summary>
    public static long BytesOf(IReadOnlyList<BlockClassPlan> classes) => classes.Sum(one => one.SizeBytes * one.Count);

    /// <summary>
    /// The size of which there are too few blocks, null where there are enough: every block that is needed has one of its own that is no
    /// smaller. Then no order in which blocks are taken and given back leaves a need without one, since each takes the smallest that is
    /// free.
    /// </summary>
    public static long? FirstMissing(IReadOnlyList<BlockClassPlan> has, IReadOnlyList<BlockClassPlan> needs)
    {
        foreach (var size in needs.Select(one => one.SizeBytes).OrderDescending())
        {
            if (CountFrom(needs, size) > CountFrom(has, size))
                return size;
        }
        return null;
    }

    /// <summary>Blocks of that size or larger.</summary>
    public static long CountFrom(IReadOnlyList<BlockClassPlan> classes, long sizeBytes) =>
        classes.Where(one => one.SizeBytes >= sizeBytes).Sum(one => (long)one.Count);
}
