using System.Buffers.Binary;

namespace K8sMediaFlow.CapnProto;

/// <summary>The segment table in front of a framed message, as another wrote it.</summary>
internal static class FramingTable
{
    /// <summary>The whole table, if it has arrived and is plausible.</summary>
    public static unsafe bool TryFind(Segment framed, out ReadOnlySpan<byte> table)
    {
        table = default;
        if (framed.LengthBytes < 8)
            return false;
        var count = *(uint*)framed.Start + 1L;
        if (count > StreamFraming.SegmentsMax || framed.LengthBytes < StreamFraming.TableBytes((int)count))
            return false;
        table = new ReadOnlySpan<byte>(framed.Start, StreamFraming.TableBytes((int)count));
        return true;
    }

    /// <summary>Bytes of the table whose first word this is.</summary>
    /// <exception cref="CapnProtoException">It says more segments than is plausible.</exception>
    public static int TableBytes(ReadOnlySpan<byte> firstWord)
    {
        var count = BinaryPrimitives.ReadUInt32LittleEndian(firstWord) + 1L;
        if (count > StreamFraming.SegmentsMax)
            CapnProtoException.Throw(CapnProtoError.BadFraming);
        return StreamFraming.TableBytes((int)count);
    }

    /// <summary>From the table's own length where it is odd, since the count in it might have changed meanwhile.</summary>
    public static int SegmentCount(ReadOnlySpan<byte> table) =>
        (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(table) + 1L, (table.Length / 4) - 1);

    public static long SegmentBytes(ReadOnlySpan<byte> table, int index) =>
        BinaryPrimitives.ReadUInt32LittleEndian(table[(4 + (4 * index))..]) * 8L;

    /// <summary>Bytes of all segments together: 16 TiB at most, so that no sum overflows.</summary>
    public static long ContentBytes(ReadOnlySpan<byte> table)
    {
        var sumBytes = 0L;
        for (var index = 0; index < SegmentCount(table); index++)
            sumBytes += SegmentBytes(table, index);
        return sumBytes;
    }
}
