using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>The block classes of a media operator's region.</summary>
internal static class RegionClasses
{
    /// <summary>
    /// Envelopes first, as many as the quotas of all ports together: a port that only forwards spends its whole quota on them, and
    /// must not begin to take another port's payload blocks. Then one class per payload size. Payloads that are no larger than an
    /// envelope share its class.
    /// </summary>
    internal static IReadOnlyList<BlockClassPlan> ForOutputs(IReadOnlyList<FrameWindow> windows)
    {
        var envelopes = new BlockClassPlan(BlockSizes.EnvelopeBytes, windows.Sum(window => window.QuotaBlocks));
        var payloads = windows.GroupBy(window => BlockSizes.Payload(window.FrameBytes))
            .Where(size => size.Key > BlockSizes.EnvelopeBytes)
            .OrderBy(size => size.Key)
            .Select(size => new BlockClassPlan(size.Key, size.Sum(window => window.Frames)));
        return [envelopes, .. Merged([.. payloads])];
    }

    /// <summary>A region has eight classes at most: where ports have more sizes, the smaller ones take larger blocks.</summary>
    private static List<BlockClassPlan> Merged(List<BlockClassPlan> classes)
    {
        while (classes.Count >= PlanLimits.ClassesMax)
        {
            classes[1] = classes[1] with { Count = classes[0].Count + classes[1].Count };
            classes.RemoveAt(0);
        }
        return classes;
    }
}
