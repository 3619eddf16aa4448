using System.Numerics;

namespace K8sMediaFlow.Staging.Channels;

/// <summary>Where everything is in a channel (docs/reference/wire-formats.md section 2): arithmetic over its capacity.</summary>
/// <remarks>Each position has a cache line of its own: its writer never takes a line from the other side's writer.</remarks>
public readonly record struct ChannelLayout
{
    public const int CapacityMax = 1 << 16;

    internal const int DescriptorTailOffset = 64;
    internal const int DescriptorHeadOffset = 128;
    internal const int ReturnTailOffset = 192;
    internal const int ReturnHeadOffset = 256;
    internal const int AwayOffset = 320;
    internal const int HeldOffset = 384;
    internal const int CountersOffset = 512;
    internal const int CellsOffset = 4096;

    /// <exception cref="ArgumentOutOfRangeException">Not a power of two in 1..<see cref="CapacityMax"/>.</exception>
    public ChannelLayout(int capacity)
    {
        if (!IsCapacity(capacity))
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity,
                $"a channel's capacity is a power of two in 1..{CapacityMax}");
        Capacity = capacity;
    }

    /// <summary>Frames that may be in the channel and not done.</summary>
    public int Capacity { get; }

    /// <summary>Each frame is returned once and done once.</summary>
    public int ReturnCapacity => 2 * Capacity;

    public int ReturnCellsOffset => CellsOffset + (FrameDescriptor.SizeBytes * Capacity);

    public int LengthBytes => ReturnCellsOffset + (ReturnEntry.SizeBytes * ReturnCapacity);

    internal static bool IsCapacity(int capacity) => capacity is > 0 and <= CapacityMax && BitOperations.IsPow2(capacity);
}
