using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk.Memory;

/// <summary>
/// The foreign regions by the operator's own names: unique over attaches, since frames of an earlier one may be in flight still. A number
/// whose region is
/// gone is used again, in its next generation: a consumer that was told what the earlier one is called in a channel knows nothing of this
/// one.
/// </summary>
internal sealed class RegionTable
{
    // 0 is the operator's own region.
    private readonly List<ForeignRegion?> _regions = [null];

    /// <exception cref="MediaOperatorException">The sidecar announced more regions than descriptors can name.</exception>
    public ForeignRegion Add(MappedMemory memory)
    {
        for (var number = 1; number < _regions.Count; number++)
            if (_regions[number] is { IsUnmapped: true } gone)
                return _regions[number] = new ForeignRegion(memory, gone.Name with { Generation = (ushort)(gone.Name.Generation + 1) });
        if (_regions.Count > ushort.MaxValue)
            throw new MediaOperatorException(MediaOperatorError.Protocol,
                $"The sidecar announced more than {ushort.MaxValue} regions to this operator.");
        var added = new ForeignRegion(memory, new RegionName((ushort)_regions.Count, 0));
        _regions.Add(added);
        return added;
    }
}
