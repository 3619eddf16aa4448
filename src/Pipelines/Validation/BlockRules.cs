using System.Globalization;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>Block classes that the user chose, each by itself and together. Whether frames fit them is the planner's sum.</summary>
internal static class BlockRules
{
    private const string At = "spec.staging.blockClasses";

    internal static IEnumerable<GraphViolation> Check(PipelineGraph graph)
    {
        var classes = graph.Staging.BlockClasses;
        if (classes.Count > PlanLimits.ClassesMax)
            yield return Out(At, $"{classes.Count} block classes are more than the {PlanLimits.ClassesMax} that a region may have");
        for (var i = 0; i < classes.Count && i < PlanLimits.ClassesMax; i++)
            foreach (var violation in OfClass($"{At}[{i}]", classes, i))
                yield return violation;
        var blocks = classes.Sum(one => (long)one.Count);
        if (classes.Count > 1 && blocks > PlanLimits.ChosenBlocksMax && classes.All(one => one.Count <= PlanLimits.ChosenBlocksMax))
            yield return Out(At, $"{blocks} blocks in all classes together are more than {PlanLimits.ChosenBlocksMax}");
    }

    private static IEnumerable<GraphViolation> OfClass(string at, IReadOnlyList<BlockClassPlan> classes, int i)
    {
        var (sizeBytes, count) = classes[i];
        if (sizeBytes is < BlockSizes.EnvelopeBytes or > PlanLimits.BlockBytesMax)
            yield return Out($"{at}.size",
                $"a block of {sizeBytes} bytes is not between {Bytes.Text(BlockSizes.EnvelopeBytes)}, which an envelope takes, and {Bytes.Text(PlanLimits.BlockBytesMax)}");
        else if (sizeBytes % PlanLimits.PageBytes != 0)
            yield return Out($"{at}.size", $"a block of {sizeBytes} bytes is no multiple of {PlanLimits.PageBytes}");
        if (count is < 1 or > PlanLimits.ChosenBlocksMax)
            yield return Out($"{at}.count", $"{count} blocks are not between 1 and {PlanLimits.ChosenBlocksMax}");
        if (classes.Take(i).Any(one => one.SizeBytes == sizeBytes))
            yield return new($"{at}.size", GraphReason.Contradiction,
                $"there is a class of {Bytes.Text(sizeBytes)} already; say once how many blocks it has");
    }

    private static GraphViolation Out(string path, FormattableString message) =>
        new(path, GraphReason.OutOfBounds, message.ToString(CultureInfo.InvariantCulture));
}
