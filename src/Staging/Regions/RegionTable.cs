namespace K8sMediaFlow.Staging.Regions;

/// <summary>
/// The regions that a channel's descriptors may name, by the channel's numbers for them. Filled by one thread, read by any.
/// </summary>
/// <remarks>
/// A number that the sidecar did not give resolves to nothing: a passer can point only to what it had been handed itself.
/// </remarks>
public sealed class RegionTable
{
    /// <summary>Regions that one channel may name at a time.</summary>
    public const int RegionsMax = 1 << 16;

    // Replaced when it grows; those who read the earlier one meanwhile miss what it never had.
    private volatile RegionReader?[] _readers = new RegionReader?[16];

    /// <summary>Null takes a region away; frames that point to it are not accepted from then on.</summary>
    /// <exception cref="ArgumentOutOfRangeException"/>
    public void Set(int index, RegionReader? reader)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, RegionsMax);
        var readers = _readers;
        if (index >= readers.Length)
            Array.Resize(ref readers, Math.Max(index + 1, readers.Length * 2));
        Volatile.Write(ref readers[index], reader);
        _readers = readers;
    }

    public RegionReader? Find(int index)
    {
        var readers = _readers;
        return (uint)index < readers.Length ? Volatile.Read(ref readers[index]) : null;
    }

    /// <summary>The segment's bytes, after all checks.</summary>
    public bool TryResolve(scoped in SegmentRef segment, out ReadOnlySpan<byte> bytes, out SegmentError error)
    {
        if (Find(segment.Region) is { } reader)
            return reader.TryResolve(in segment, out bytes, out error);
        bytes = default;
        error = SegmentError.UnknownRegion;
        return false;
    }
}
