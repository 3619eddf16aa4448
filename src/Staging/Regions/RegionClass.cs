namespace K8sMediaFlow.Staging.Regions;

/// <summary>Where the parts of one block class lie. Offsets are from the region's start.</summary>
public readonly record struct RegionClass(long BlockSizeBytes, uint BlockCount, uint FirstBlock, long BitmapOffset, long GenerationsOffset,
    long BlocksOffset)
{
    public int BitmapWords => (int)((BlockCount + 63) / 64);

    /// <summary>The bits of a bitmap word that represent blocks: all but in the last word.</summary>
    public ulong WordMask(int word)
    {
        var bits = (int)Math.Min(64, BlockCount - ((uint)word * 64));
        return bits == 64 ? ulong.MaxValue : (1ul << bits) - 1;
    }
}
