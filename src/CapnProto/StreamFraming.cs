using System.Buffers.Binary;

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
        return position;
    }

    internal static void WriteTable(in MessageBuilder message, Span<byte> target)
    {
        var count = message.SegmentCount;
        target[..TableBytes(count)].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(target, count - 1);
        for (var index = 0; index < count; index++)
            BinaryPrimitives.WriteUInt32LittleEndian(target[(4 + (4 * index))..], (uint)(message.UsedBytes(index) / 8));
    }

    /// <summary>
    /// Reads the table of a framed message. Every length is read once and checked against what is there.
    /// </summary>
    /// <param name="framed">The framed message; bytes behind it are left alone. Safety: as for <see cref="MessageReader"/>.</param>
    /// <param name="limits">What reading the message may cost.</param>
    /// <param name="message">The message, to be read where it lies.</param>
    /// <param name="lengthBytes">Bytes that it occupies.</param>
    public static bool TryRead(ReadOnlySpan<byte> framed, ReadLimits limits, out MessageReader message, out int lengthBytes)
    {
        message = new MessageReader(limits);
        lengthBytes = 0;
        if (framed.Length < 8)
            return false;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(framed) + 1L;
        if (count > SegmentsMax || framed.Length < TableBytes((int)count))
            return false;
        long position = TableBytes((int)count);
        for (var index = 0; index < count; index++)
        {
            var segmentBytes = BinaryPrimitives.ReadUInt32LittleEndian(framed[(4 + (4 * index))..]) * 8L;
            if (segmentBytes > framed.Length - position)
                return false;
            message.AddSegment(framed.Slice((int)position, (int)segmentBytes));
            position += segmentBytes;
        }

        lengthBytes = (int)position;
        return true;
    }
}
