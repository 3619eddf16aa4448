using System.Runtime.InteropServices;

namespace K8sMediaFlow.Staging.Regions;

/// <summary>Bytes inside one block, as a descriptor has them (docs/reference/wire-formats.md section 2): 20 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 2, Size = SizeBytes)]
public struct SegmentRef : IEquatable<SegmentRef>
{
    public const int SizeBytes = 20;

    /// <summary>The channel's number for the region; 0 is the producer's own.</summary>
    public ushort Region;

    /// <summary>
    /// Which region of that number, where an owner names its regions for itself; zero in a channel, whose numbers are used once.
    /// </summary>
    public ushort RegionGeneration;

    public uint Block;

    public uint Generation;

    /// <summary>Bytes from the block's start.</summary>
    public uint Offset;

    /// <summary>Bytes.</summary>
    public uint Length;

    public SegmentRef(ushort region, BlockRef block, uint offset, uint length)
    {
        Region = region;
        Block = block.Block;
        Generation = block.Generation;
        Offset = offset;
        Length = length;
    }

    public RegionName RegionName
    {
        readonly get => new(Region, RegionGeneration);
        set => (Region, RegionGeneration) = (value.Number, value.Generation);
    }

    public readonly BlockRef BlockRef => new(Block, Generation);

    public static bool operator ==(in SegmentRef left, in SegmentRef right) => left.Equals(right);

    public static bool operator !=(in SegmentRef left, in SegmentRef right) => !left.Equals(right);

    public readonly bool Equals(SegmentRef other) => Region == other.Region && Block == other.Block
        && Generation == other.Generation && Offset == other.Offset && Length == other.Length;

    public override readonly bool Equals(object? obj) => obj is SegmentRef other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(Region, Block, Generation, Offset, Length);
}
