using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Regions;

/// <summary>Where everything is in a region: pure arithmetic over its block classes.</summary>
/// <remarks>The classes alone determine the layout, so a header that says anything else is refused as a whole.</remarks>
public sealed class RegionLayout
{
    public const int ClassesMax = 8;
    public const int PageBytes = 4096;

    /// <summary>So that one span can show a block.</summary>
    public const long BlockBytesMax = 1L << 30;

    /// <summary>Blocks of a whole region.</summary>
    public const int BlocksMax = 1 << 20;

    /// <summary>Bytes of a whole region.</summary>
    public const long LengthBytesMax = 1L << 40;

    internal const int FixedBytes = 64;
    internal const int ClassBytes = 64;
    private const int Alignment = 64;

    private readonly RegionClass[] _classes;

    private RegionLayout(RegionClass[] classes, long lengthBytes)
    {
        _classes = classes;
        LengthBytes = lengthBytes;
        BlockCount = classes[^1].FirstBlock + classes[^1].BlockCount;
    }

    /// <summary>Smallest block first.</summary>
    public ReadOnlySpan<RegionClass> Classes => _classes;

    public long LengthBytes { get; }

    public uint BlockCount { get; }

    public long LargestBlockBytes => _classes[^1].BlockSizeBytes;

    /// <exception cref="ArgumentException">A class breaks a rule; the message says which.</exception>
    public static RegionLayout For(IReadOnlyList<BlockClass> classes)
    {
        var sorted = classes.OrderBy(blocks => blocks.SizeBytes).ToArray();
        if (FirstRuleBroken(sorted) is { } reason)
            throw new ArgumentException(reason, nameof(classes));
        return Arrange(sorted);
    }

    /// <summary>Number of the class that a block belongs to; the block is inside the region.</summary>
    public int ClassOf(uint block)
    {
        var index = _classes.Length - 1;
        while (block < _classes[index].FirstBlock)
            index--;
        return index;
    }

    /// <summary>Offset of a block's first byte from the region's start.</summary>
    public long BlockOffset(uint block)
    {
        Invariant.That(block < BlockCount);
        ref readonly var blocks = ref _classes[ClassOf(block)];
        return blocks.BlocksOffset + ((block - blocks.FirstBlock) * blocks.BlockSizeBytes);
    }

    public long BlockSizeBytes(uint block) => _classes[ClassOf(block)].BlockSizeBytes;

    /// <summary>Null when the classes are in order and make a region; else what is wrong.</summary>
    internal static string? FirstRuleBroken(ReadOnlySpan<BlockClass> sorted)
    {
        if (sorted.Length is 0 or > ClassesMax)
            return $"a region has 1..{ClassesMax} block classes, not {sorted.Length}";
        var blocks = 0L;
        var bytes = 0L;
        for (var index = 0; index < sorted.Length; index++)
        {
            var (sizeBytes, count) = sorted[index];
            if (sizeBytes is <= 0 or > BlockBytesMax || sizeBytes % PageBytes != 0)
                return $"class {index}: a block of {sizeBytes} bytes is not a multiple of {PageBytes} up to {BlockBytesMax}";
            if (index > 0 && sizeBytes <= sorted[index - 1].SizeBytes)
                return $"class {index}: {sizeBytes} bytes are not more than those of the class before";
            if (count is <= 0 or > BlocksMax)
                return $"class {index}: {count} blocks are not 1..{BlocksMax}";
            blocks += count;
            bytes += count * sizeBytes;
        }
        return blocks > BlocksMax ? $"{blocks} blocks are more than {BlocksMax}"
            : bytes > LengthBytesMax ? $"{bytes} bytes are more than {LengthBytesMax}" : null;
    }

    internal static RegionLayout Arrange(ReadOnlySpan<BlockClass> sorted)
    {
        var arranged = new RegionClass[sorted.Length];
        var offset = (long)FixedBytes + (ClassBytes * sorted.Length);
        var firstBlock = 0u;
        for (var index = 0; index < sorted.Length; index++)
        {
            var count = (uint)sorted[index].Count;
            var bitmap = Align(offset, Alignment);
            var generations = Align(bitmap + ((count + 63) / 64 * sizeof(ulong)), Alignment);
            arranged[index] = new RegionClass(sorted[index].SizeBytes, count, firstBlock, bitmap, generations, 0);
            offset = generations + (count * sizeof(uint));
            firstBlock += count;
        }
        for (var index = 0; index < arranged.Length; index++)
        {
            var blocks = Align(offset, PageBytes);
            arranged[index] = arranged[index] with { BlocksOffset = blocks };
            offset = blocks + (arranged[index].BlockCount * arranged[index].BlockSizeBytes);
        }
        return new RegionLayout(arranged, offset);
    }

    private static long Align(long offset, int alignment) => (offset + alignment - 1) / alignment * alignment;
}
