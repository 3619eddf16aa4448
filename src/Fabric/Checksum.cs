using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.Fabric;

/// <summary>CRC32C (Castagnoli) over the segments without their padding: what the optional header field holds.</summary>
internal static class Checksum
{
    public static uint Of(ReadOnlySpan<MemoryPart> segments)
    {
        var state = ~0u;
        foreach (var segment in segments)
            state = Extend(state, RawMemory.ReadOnlySpan(segment.Address, segment.LengthBytes));
        return ~state;
    }

    /// <summary>Checks a landed frame that carries a checksum; one that carries none passes.</summary>
    public static void Verify(in LandingArea landing)
    {
        ReadOnlySpan<byte> frame = landing.Bytes;
        if ((FrameHeaderPrefix.ReadFlags(frame) & FrameHeaderPrefix.ChecksumPresent) == 0)
            return;
        var expected = FrameHeaderPrefix.ReadChecksum(frame);
        var actual = OfLanded(frame);
        if (actual != expected)
            throw new FabricException(FabricError.Corrupted,
                $"frame in slot {landing.Slot}: checksum {actual:x8}, header says {expected:x8}");
    }

    private static uint OfLanded(ReadOnlySpan<byte> frame)
    {
        var count = BinaryPrimitives.ReadUInt16LittleEndian(frame[FrameHeaderPrefix.SegmentCountOffset..]);
        if (count > FrameHeaderPrefix.SegmentsMax)
            throw new FabricException(FabricError.Malformed, $"frame header: {count} segments");
        var state = ~0u;
        for (var index = 0; index < count; index++)
            state = Extend(state, Segment(frame, index));
        return ~state;
    }

    private static ReadOnlySpan<byte> Segment(ReadOnlySpan<byte> frame, int index)
    {
        var entry = frame[(FrameHeaderPrefix.SegmentTableOffset + 8 * index)..];
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
        if ((ulong)offset + length > (ulong)frame.Length)
            throw new FabricException(FabricError.Malformed, $"frame header: segment {index} ends beyond the frame");
        return frame.Slice((int)offset, (int)length);
    }

    private static uint Extend(uint state, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            state = BitOperations.Crc32C(state, word);
        foreach (var single in bytes[(words.Length * 8)..])
            state = BitOperations.Crc32C(state, single);
        return state;
    }
}
