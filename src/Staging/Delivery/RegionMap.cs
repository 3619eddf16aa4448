using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>
/// Which index of its channel a consumer knows a region by. A number that was given to another region since means nothing here until it
/// is told anew.
/// </summary>
internal struct RegionMap
{
    private readonly record struct Entry(ushort Generation, bool IsKnown, int Index);

    private Entry[] _entries;

    public RegionMap() => _entries = [new Entry(0, true, 0)];

    public void Set(RegionName region, int index)
    {
        if (region.Number >= _entries.Length)
            Array.Resize(ref _entries, Math.Max(region.Number + 1, _entries.Length * 2));
        _entries[region.Number] = new Entry(region.Generation, true, index);
    }

    /// <summary>-1: the consumer does not know it.</summary>
    public readonly int IndexOf(RegionName region) =>
        region.Number < _entries.Length && _entries[region.Number] is { IsKnown: true } entry && entry.Generation == region.Generation
            ? entry.Index : -1;
}
