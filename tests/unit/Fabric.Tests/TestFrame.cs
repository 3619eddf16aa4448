using System.Buffers.Binary;

namespace K8sMediaFlow.Fabric.Tests;

/// <summary>Frames as a link would write them: a header with its segment table, and segments out of a source area.</summary>
internal sealed class TestFrame
{
    public byte[] Header { get; } = new byte[FrameHeaderPrefix.SizeBytes];

    public MemoryPart[] Segments { get; private init; } = [];

    public int TotalBytes { get; private init; }

    public uint Slot { get; private init; }

    public static TestFrame Of(uint epoch, uint slot, ulong number, params MemoryPart[] segments)
    {
        var total = (int)FrameHeaderPrefix.TotalLength(segments);
        var frame = new TestFrame { Segments = segments, TotalBytes = total, Slot = slot };
        FrameHeaderPrefix.Write(frame.Header, epoch, slot, total);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.Header.AsSpan(8), number);
        BinaryPrimitives.WriteUInt16LittleEndian(frame.Header.AsSpan(FrameHeaderPrefix.SegmentCountOffset), (ushort)segments.Length);
        var offset = FrameHeaderPrefix.SizeBytes;
        for (var index = 0; index < segments.Length; index++)
        {
            var entry = frame.Header.AsSpan(FrameHeaderPrefix.SegmentTableOffset + 8 * index);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)offset);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], (uint)segments[index].LengthBytes);
            offset += (int)FrameHeaderPrefix.Padded(segments[index].LengthBytes);
        }
        return frame;
    }

    /// <summary>The frame as it must lie in the block, padding and all.</summary>
    public byte[] Expected(TestArea source)
    {
        var bytes = new byte[TotalBytes];
        Header.CopyTo(bytes, 0);
        var offset = FrameHeaderPrefix.SizeBytes;
        foreach (var segment in Segments)
        {
            source.Bytes.Slice((int)(segment.Address - source.Address), segment.LengthBytes).CopyTo(bytes.AsSpan(offset));
            offset += (int)FrameHeaderPrefix.Padded(segment.LengthBytes);
        }
        return bytes;
    }

    public static ulong Number(ReadOnlySpan<byte> block) => BinaryPrimitives.ReadUInt64LittleEndian(block[8..]);
}
