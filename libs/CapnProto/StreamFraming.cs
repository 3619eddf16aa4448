using System.Buffers.Binary;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// The standard framing of a message in a stream: u32 segment count - 1, u32 words of each segment, zero to a whole word, segments.
/// </summary>
public static class StreamFraming
{
    /// <summary>More segments than that are refused, as the reference implementation does.</summary>
    public const int SegmentsMax = 512;

    /// <summary>Bytes of the table in front of a message.</summary>
    public static int TableBytes(int segmentCount) => ((segmentCount / 2) + 1) * 8;

    /// <summary>Bytes of the framed message.</summary>
    public static long SizeBytes(in MessageBuilder message)
    {
        long sizeBytes = TableBytes(message.SegmentCount);
        for (var index = 0; index < message.SegmentCount; index++)
            sizeBytes += message.UsedBytes(index);
        return sizeBytes;
    }

    /// <summary>Copies the message, framed, into <paramref name="target"/>; returns the bytes written. Messages with external segments
    /// lie elsewhere and cannot be copied from here.</summary>
    /// <exception cref="ArgumentException">The target is too small, or a segment is external.</exception>
    public static int Write(in MessageBuilder message, Span<byte> target)
    {
        var position = TableBytes(message.SegmentCount);
        for (var index = 0; index < message.SegmentCount; index++)
        {
            var bytes = message.SegmentBytes(index);
            if (bytes.Length != message.UsedBytes(index))
                throw new ArgumentException("A message with external segments cannot be framed.", nameof(message));
            bytes.CopyTo(target[position..]);
            position += bytes.Length;
        }

        WriteTable(message, target);
        Invariant.That(position == SizeBytes(in message));
        return position;
    }

    /// <summary>
    /// Writes the table only; returns its bytes. Then the table and the segments (<see cref="MessageBuilder.Part"/>), sent one behind the
    /// other from where they lie, are the framed message.
    /// </summary>
    public static int WriteTable(in MessageBuilder message, Span<byte> target)
    {
        var count = message.SegmentCount;
        var tableBytes = TableBytes(count);
        target[..tableBytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(target, count - 1);
        for (var index = 0; index < count; index++)
            BinaryPrimitives.WriteUInt32LittleEndian(target[(4 + (4 * index))..], (uint)(message.UsedBytes(index) / 8));
        return tableBytes;
    }

    /// <summary>
    /// Reads the table of a framed message. Every length is read once and checked against what is there.
    /// </summary>
    /// <param name="framed">The framed message; bytes behind it are left alone. Safety: as for <see cref="MessageReader"/>.</param>
    /// <param name="limits">What reading the message may cost.</param>
    /// <param name="message">The message, to be read where it lies.</param>
    /// <param name="lengthBytes">Bytes that it occupies.</param>
    public static unsafe bool TryRead(ReadOnlySpan<byte> framed, ReadLimits limits, out MessageReader message, out int lengthBytes)
    {
        var isRead = TryRead((nint)Segment.Of(framed).Start, framed.Length, limits, out message, out var length);
        lengthBytes = (int)length;
        return isRead;
    }

    /// <summary>As <see cref="TryRead(ReadOnlySpan{byte}, ReadLimits, out MessageReader, out int)"/>, for a pinned array, which stays alive
    /// as long as the message.</summary>
    public static bool TryRead(byte[] framed, ReadLimits limits, out MessageReader message, out int lengthBytes)
    {
        var isRead = TryRead(framed.AsSpan(), limits, out message, out lengthBytes);
        message.Keep(framed);
        return isRead;
    }

    /// <summary>
    /// As <see cref="TryRead(ReadOnlySpan{byte}, ReadLimits, out MessageReader, out int)"/>, for memory longer than a span can be.
    /// </summary>
    public static unsafe bool TryRead(nint address, long availableBytes, ReadLimits limits, out MessageReader message, out long lengthBytes)
    {
        message = new MessageReader(limits);
        lengthBytes = 0;
        if (!FramingTable.TryFind(new Segment((byte*)address, availableBytes), out var table))
            return false;
        long position = table.Length;
        for (var index = 0; index < FramingTable.SegmentCount(table); index++)
        {
            var segmentBytes = FramingTable.SegmentBytes(table, index);
            if (segmentBytes > availableBytes - position)
                return false;
            message.AddSegment(address + (nint)position, segmentBytes);
            position += segmentBytes;
        }

        Invariant.That(position <= availableBytes);
        lengthBytes = position;
        return true;
    }
}
