using System.Buffers.Binary;

namespace K8sMediaFlow.Fabric;

/// <summary>
/// The fields of the frame header that a fabric must understand (docs/reference/wire-formats.md section 5). The rest belongs to the link.
/// </summary>
public static class FrameHeaderPrefix
{
    /// <summary>Length of the frame header.</summary>
    public const int SizeBytes = 256;

    /// <summary>Each segment starts at a multiple of this.</summary>
    public const int Alignment = 64;

    public const int SegmentsMax = 3;

    /// <summary>'KMFF', little-endian.</summary>
    public const uint Magic = 0x46464D4B;

    public const int EpochOffset = 4, SlotOffset = 16, SegmentCountOffset = 22, FlagsOffset = 56, ChecksumOffset = 68,
        TotalLengthOffset = 72, SegmentTableOffset = 80;

    /// <summary>Flag: the header carries a CRC32C.</summary>
    public const uint ChecksumPresent = 2;

    /// <summary>A length rounded up to the alignment. 64-bit, so that no length from outside overflows it.</summary>
    public static long Padded(long lengthBytes) => (lengthBytes + (Alignment - 1)) & ~(long)(Alignment - 1);

    /// <summary>Total length of a frame with these segments.</summary>
    public static long TotalLength(ReadOnlySpan<MemoryPart> segments)
    {
        long total = SizeBytes;
        foreach (var segment in segments)
            total += Padded(segment.LengthBytes);
        return total;
    }

    /// <summary>Writes the fields that a fabric reads; the rest stays as it is.</summary>
    public static void Write(Span<byte> header, uint epoch, uint slot, long totalLengthBytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header[EpochOffset..], epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(header[SlotOffset..], slot);
        BinaryPrimitives.WriteUInt64LittleEndian(header[TotalLengthOffset..], (ulong)totalLengthBytes);
    }

    internal static uint ReadMagic(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header);
    internal static uint ReadEpoch(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header[EpochOffset..]);
    internal static uint ReadSlot(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header[SlotOffset..]);
    internal static uint ReadFlags(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header[FlagsOffset..]);
    internal static uint ReadChecksum(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumOffset..]);
    internal static ulong ReadTotalLength(ReadOnlySpan<byte> header) =>
        BinaryPrimitives.ReadUInt64LittleEndian(header[TotalLengthOffset..]);

    internal static void WriteChecksum(Span<byte> header, uint checksum)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header[FlagsOffset..], ReadFlags(header) | ChecksumPresent);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumOffset..], checksum);
    }
}
