using K8sMediaFlow.Native;

namespace K8sMediaFlow.OperatorSdk.Memory;

/// <summary>The foreign regions by the operator's own numbers: unique over attaches, since frames of an earlier one may be in flight still.</summary>
internal sealed class RegionTable
{
    // 0 is the operator's own region.
    private readonly ForeignRegion?[] _regions = new ForeignRegion?[256];

    /// <exception cref="MediaOperatorException">The sidecar announced more regions than descriptors can name.</exception>
    public ForeignRegion Add(MappedMemory memory)
    {
        for (var number = 1; number < _regions.Length; number++)
            if (_regions[number] is null or { IsUnmapped: true })
                return _regions[number] = new ForeignRegion(memory, number);
        throw new MediaOperatorException(MediaOperatorError.Protocol, "The sidecar announced more than 255 regions to this operator.");
    }
}
