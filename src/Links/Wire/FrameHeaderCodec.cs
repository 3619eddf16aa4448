using System.Buffers.Binary;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Wire;

/// <summary>
/// Frame headers to bytes and back. What is read is validated field by field; each byte is read once, since another machine may rewrite it.
/// </summary>
public static class FrameHeaderCodec
{
    public const int SizeBytes = FrameHeaderPrefix.SizeBytes;

    private const uint KnownFlags = (uint)(LinkFrameFlags.Replay | LinkFrameFlags.Checksum);
    private const int ReservedOffset = 104;

    /// <summary>Bytes that a frame takes in a block: header and padded segments.</summary>
    public static long TotalLength(in LinkFrame frame)
    {
        long total = SizeBytes;
        for (var index = 0; index < frame.SegmentCount; index++)
            total += FrameHeaderPrefix.Padded(frame.Segment(index).LengthBytes);
        return total;
    }

    /// <summary>Header of a frame that is about to be written. Epoch, slot, link sequence and edge age are the link's.</summary>
    public static FrameHeader Describe(in LinkFrame frame, uint epoch, ulong linkSequence, uint slot, ulong edgeAgeNanoseconds)
    {
        var header = new FrameHeader
        {
            Epoch = epoch,
            LinkSequence = linkSequence,
            Slot = slot,
            Kind = frame.Kind,
            SegmentCount = (ushort)frame.SegmentCount,
            Stream = frame.Stream,
            Sequence = frame.Sequence,
            AgeNanoseconds = frame.AgeNanoseconds,
            EdgeAgeNanoseconds = edgeAgeNanoseconds,
            Flags = frame.Flags & ~LinkFrameFlags.Checksum,
            GapCount = frame.GapCount,
            GapCause = frame.GapCause,
            TotalLengthBytes = (ulong)TotalLength(frame),
        };
        var offset = (long)SizeBytes;
        header.Segment0 = Extent(frame, 0, ref offset);
        header.Segment1 = Extent(frame, 1, ref offset);
        header.Segment2 = Extent(frame, 2, ref offset);
        Invariant.That((ulong)offset == header.TotalLengthBytes);
        return header;
    }

    /// <summary>Writes all 256 bytes.</summary>
    public static void Write(Span<byte> target, in FrameHeader header)
    {
        target = target[..SizeBytes];
        target.Clear();
        FrameHeaderPrefix.Write(target, header.Epoch, header.Slot, (long)header.TotalLengthBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], header.LinkSequence);
        BinaryPrimitives.WriteUInt16LittleEndian(target[20..], (ushort)header.Kind);
        BinaryPrimitives.WriteUInt16LittleEndian(target[22..], header.SegmentCount);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], header.Stream);
        BinaryPrimitives.WriteUInt64LittleEndian(target[32..], header.Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(target[40..], header.AgeNanoseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(target[48..], header.EdgeAgeNanoseconds);
        BinaryPrimitives.WriteUInt32LittleEndian(target[56..], (uint)header.Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(target[60..], header.GapCount);
        BinaryPrimitives.WriteUInt32LittleEndian(target[64..], (uint)header.GapCause);
        BinaryPrimitives.WriteUInt32LittleEndian(target[68..], header.Crc32C);
        WriteExtent(target[80..], header.Segment0);
        WriteExtent(target[88..], header.Segment1);
        WriteExtent(target[96..], header.Segment2);
    }

    /// <summary>Reads and validates. What a header says of epoch, slot and window only a ledger can judge.</summary>
    public static FrameHeaderFault TryRead(ReadOnlySpan<byte> source, out FrameHeader header)
    {
        header = default;
        if (source.Length < SizeBytes)
            return FrameHeaderFault.TooShort;
        Span<byte> copy = stackalloc byte[SizeBytes];
        source[..SizeBytes].CopyTo(copy);
        if (BinaryPrimitives.ReadUInt32LittleEndian(copy) != FrameHeaderPrefix.Magic)
            return FrameHeaderFault.Magic;
        header = Parse(copy);
        if (copy[ReservedOffset..].ContainsAnyExcept((byte)0))
            return FrameHeaderFault.Reserved;
        return Validate(header);
    }

    private static FrameHeader Parse(ReadOnlySpan<byte> source) => new()
    {
        Epoch = BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
        LinkSequence = BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
        Slot = BinaryPrimitives.ReadUInt32LittleEndian(source[16..]),
        Kind = (FrameKind)BinaryPrimitives.ReadUInt16LittleEndian(source[20..]),
        SegmentCount = BinaryPrimitives.ReadUInt16LittleEndian(source[22..]),
        Stream = BinaryPrimitives.ReadUInt64LittleEndian(source[24..]),
        Sequence = BinaryPrimitives.ReadUInt64LittleEndian(source[32..]),
        AgeNanoseconds = BinaryPrimitives.ReadUInt64LittleEndian(source[40..]),
        EdgeAgeNanoseconds = BinaryPrimitives.ReadUInt64LittleEndian(source[48..]),
        Flags = (LinkFrameFlags)BinaryPrimitives.ReadUInt32LittleEndian(source[56..]),
        GapCount = BinaryPrimitives.ReadUInt32LittleEndian(source[60..]),
        GapCause = (GapCause)BinaryPrimitives.ReadUInt32LittleEndian(source[64..]),
        Crc32C = BinaryPrimitives.ReadUInt32LittleEndian(source[68..]),
        TotalLengthBytes = BinaryPrimitives.ReadUInt64LittleEndian(source[72..]),
        Segment0 = ReadExtent(source[80..]),
        Segment1 = ReadExtent(source[88..]),
        Segment2 = ReadExtent(source[96..]),
    };

    private static FrameHeaderFault Validate(in FrameHeader header)
    {
        if (header.Kind is < FrameKind.Frame or > FrameKind.EndOfStream)
            return FrameHeaderFault.Kind;
        if (header.LinkSequence == 0)
            return FrameHeaderFault.LinkSequence;
        if (header.Sequence == 0 && header.Kind != FrameKind.EndOfStream)
            return FrameHeaderFault.Sequence;
        if (((uint)header.Flags & ~KnownFlags) != 0)
            return FrameHeaderFault.Flags;
        if (!IsGapRight(header))
            return FrameHeaderFault.Gap;
        var isFrame = header.Kind == FrameKind.Frame;
        if (isFrame ? header.SegmentCount is 0 or > LinkFrame.SegmentsMax : header.SegmentCount != 0)
            return FrameHeaderFault.SegmentCount;
        return ValidateTable(header);
    }

    private static bool IsGapRight(in FrameHeader header) => header.Kind == FrameKind.Gap
        ? header.GapCount > 0 && header.GapCause is >= GapCause.Disposed and <= GapCause.Deadline
            && header.Sequence <= ulong.MaxValue - header.GapCount
        : header.GapCount == 0 && header.GapCause == GapCause.None;

    private static FrameHeaderFault ValidateTable(in FrameHeader header)
    {
        var offset = (ulong)SizeBytes;
        for (var index = 0; index < LinkFrame.SegmentsMax; index++)
        {
            var segment = header.Segment(index);
            if (segment.OffsetBytes != (index < header.SegmentCount ? offset : 0))
                return FrameHeaderFault.SegmentTable;
            if (index >= header.SegmentCount && segment.LengthBytes != 0)
                return FrameHeaderFault.SegmentTable;
            offset += (ulong)FrameHeaderPrefix.Padded(segment.LengthBytes);
        }
        return offset == header.TotalLengthBytes && offset <= int.MaxValue ? FrameHeaderFault.None : FrameHeaderFault.TotalLength;
    }

    private static SegmentExtent Extent(in LinkFrame frame, int index, ref long offset)
    {
        if (index >= frame.SegmentCount)
            return default;
        var extent = new SegmentExtent((uint)offset, (uint)frame.Segment(index).LengthBytes);
        offset += FrameHeaderPrefix.Padded(extent.LengthBytes);
        return extent;
    }

    private static void WriteExtent(Span<byte> target, SegmentExtent extent)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, extent.OffsetBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], extent.LengthBytes);
    }

    private static SegmentExtent ReadExtent(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(source), BinaryPrimitives.ReadUInt32LittleEndian(source[4..]));
}
