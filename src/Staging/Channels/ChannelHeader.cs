using System.Buffers.Binary;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.Staging.Channels;

/// <summary>The first bytes of a channel, written once by the sidecar.</summary>
/// <param name="Id">Names the channel in messages.</param>
/// <param name="Layout">Where everything is.</param>
/// <param name="CanTakeBack">The producer may take back what the consumer has not taken; see <see cref="ChannelProducer"/>.</param>
public readonly record struct ChannelHeader(ulong Id, ChannelLayout Layout, bool CanTakeBack = false)
{
    internal const int SizeBytes = 24;
    private const ulong Magic = 0x314E_4148_4346_4D4B; // "KMFCHAN1"
    private const uint PlainVersion = 1, TakeBackVersion = 2;

    /// <exception cref="StagingException"><see cref="StagingError.BadHeader"/>, naming the field.</exception>
    public static ChannelHeader Read(MappedMemory memory)
    {
        Span<byte> copy = stackalloc byte[SizeBytes];
        var length = (int)Math.Min(memory.LengthBytes, SizeBytes);
        memory.ReadOnlySpan(0, length).CopyTo(copy);
        return TryRead(copy[..length], memory.LengthBytes, out var header, out var error)
            ? header : throw new StagingException(StagingError.BadHeader, $"channel header: {error}");
    }

    /// <param name="bytes">Not changing meanwhile.</param>
    /// <param name="mappedBytes">Length of the memory that holds the channel.</param>
    /// <param name="error">Names the field.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, long mappedBytes, out ChannelHeader header, out string? error)
    {
        header = default;
        error = Check(bytes);
        if (error is not null)
            return false;
        var layout = new ChannelLayout(BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]));
        if (layout.LengthBytes > mappedBytes)
            error = $"capacity {layout.Capacity} needs {layout.LengthBytes} bytes, its memory has {mappedBytes}";
        header = new ChannelHeader(BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), layout,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) == TakeBackVersion);
        return error is null;
    }

    internal void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], CanTakeBack ? TakeBackVersion : PlainVersion);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], Layout.Capacity);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Id);
    }

    private static string? Check(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SizeBytes)
            return $"{bytes.Length} bytes are too few";
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
            return "magic is not KMFCHAN1";
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) is var version and not (PlainVersion or TakeBackVersion))
            return $"layout version {version} is not {PlainVersion} or {TakeBackVersion}";
        var capacity = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        return ChannelLayout.IsCapacity(capacity) ? null : $"capacity {capacity} is not a power of two in 1..{ChannelLayout.CapacityMax}";
    }
}
