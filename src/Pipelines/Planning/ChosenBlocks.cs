using System.Globalization;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>
/// The block classes that the user chose in place of the planner's, laid over the regions that the planner needs at least.
/// </summary>
internal sealed class ChosenBlocks(StagingNode staging)
{
    /// <summary>Windows grow by this much at most.</summary>
    private const int PercentMax = 100 * PlanLimits.ChosenBlocksMax;

    private readonly List<BlockClassPlan> _classes = [.. staging.BlockClasses.OrderBy(one => one.SizeBytes)];

    internal bool IsEmpty => _classes.Count == 0;

    /// <summary>
    /// The region with the chosen classes that it can use: what is smaller than its smallest need stays empty, what is larger than its
    /// largest only costs.
    /// </summary>
    internal RegionSizing Of(RegionSizing least) => least with
    {
        Classes = [.. _classes.Where(one => one.SizeBytes >= least.Classes[0].SizeBytes
            && one.SizeBytes <= FirstOver(least.Classes[^1].SizeBytes))],
    };

    /// <summary>What one region lacks; null where it has enough.</summary>
    internal GraphViolation? Misfit(RegionSizing least)
    {
        if (BlockClasses.FirstMissing(Of(least).Classes, least.Classes) is not { } size)
            return null;
        var (has, needs) = (BlockClasses.CountFrom(Of(least).Classes, size), BlockClasses.CountFrom(least.Classes, size));
        return new("spec.staging.blockClasses", GraphReason.OutOfBounds, string.Create(CultureInfo.InvariantCulture,
            $"pod {least.Pod} needs at least {needs} blocks of {Bytes.Text(size)} ({size} bytes) or more, and there are {has}, for {least.Owner}: {least.Why}"));
    }

    /// <summary>How far all windows can grow alike, in percent of the least, so that every region still fits.</summary>
    internal int Percent(Func<int, IEnumerable<RegionSizing>> regionsAt)
    {
        var (fits, tooMuch) = (100, PercentMax + 1);
        while (tooMuch - fits > 1)
        {
            var middle = (fits + tooMuch) / 2;
            if (regionsAt(middle).All(region => Misfit(region) is null))
                fits = middle;
            else
                tooMuch = middle;
        }
        return fits;
    }

    private long FirstOver(long sizeBytes) => _classes.FirstOrDefault(one => one.SizeBytes >= sizeBytes)?.SizeBytes ?? long.MaxValue;
}
