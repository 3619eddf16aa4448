using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>Framed messages in the packed encoding, from span to span.</summary>
public static class PackedFraming
{
    /// <summary>Packs the framed message into <paramref name="target"/>; returns the bytes written.</summary>
    /// <param name="message">Without external segments.</param>
    /// <param name="target"><see cref="PackedEncoding.SizeBytesMax"/> of <see cref="StreamFraming.SizeBytes"/> is always enough.</param>
    /// <exception cref="ArgumentException">The target is too small, or a segment is external.</exception>
    public static int Write(in MessageBuilder message, Span<byte> target)
    {
        Span<byte> table = stackalloc byte[StreamFraming.TableBytes(StreamFraming.SegmentsMax)];
        if (message.SegmentCount > StreamFraming.SegmentsMax)
            throw new ArgumentException("The message has more segments than a reader accepts.", nameof(message));
        table = table[..StreamFraming.WriteTable(in message, table)];

        // The reference wants each run to end with what it reads at a time: the first word, the rest of the table, each segment.
        var written = Pack(table[..8], target);
        written += Pack(table[8..], target[written..]);
        for (var index = 0; index < message.SegmentCount; index++)
        {
            var bytes = message.SegmentBytes(index);
            if (bytes.Length != message.UsedBytes(index))
                throw new ArgumentException("A message with external segments cannot be packed.", nameof(message));
            written += Pack(bytes, target[written..]);
        }

        return written;
    }

    /// <summary>
    /// Unpacks one framed message into <paramref name="memory"/> and reads its table. False if it is cut short, implausible, or longer
    /// than the memory: nothing is written outside it, whatever the packed bytes say.
    /// </summary>
    /// <param name="packed">The packed message; bytes behind it are left alone.</param>
    /// <param name="memory">For the message as it is read. Safety: as for <see cref="MessageReader"/>.</param>
    /// <param name="limits">What reading the message may cost.</param>
    /// <param name="message">The message, in <paramref name="memory"/>.</param>
    /// <param name="packedBytes">Bytes of <paramref name="packed"/> that it occupied.</param>
    public static bool TryRead(ReadOnlySpan<byte> packed, Span<byte> memory, ReadLimits limits, out MessageReader message,
        out int packedBytes)
    {
        message = default;
        packedBytes = 0;
        var decoder = default(PackedDecoder);
        var lengthBytes = 0;
        if (!Unpack(ref decoder, packed, ref packedBytes, memory, ref lengthBytes, 8))
            return false;
        var count = BitConverter.ToUInt32(memory) + 1L;
        if (count > StreamFraming.SegmentsMax
            || !Unpack(ref decoder, packed, ref packedBytes, memory, ref lengthBytes, StreamFraming.TableBytes((int)count)))
            return false;
        var framedBytes = lengthBytes + FramingTable.ContentBytes(memory[..lengthBytes]);
        return Unpack(ref decoder, packed, ref packedBytes, memory, ref lengthBytes, framedBytes)
            && decoder.IsBetweenRuns
            && StreamFraming.TryRead(memory[..lengthBytes], limits, out message, out _);
    }

    private static int Pack(ReadOnlySpan<byte> words, Span<byte> target)
    {
        PackedEncoding.Pack(words, target, out var consumed, out var written);
        if (consumed < words.Length)
            throw new ArgumentException("The target is too small for the packed message.", nameof(target));
        return written;
    }

    private static bool Unpack(ref PackedDecoder decoder, ReadOnlySpan<byte> packed, ref int consumed, Span<byte> memory, ref int written,
        long untilBytes)
    {
        if (untilBytes > memory.Length)
            return false;
        Invariant.That(written <= untilBytes);
        decoder.Decode(packed[consumed..], memory[written..(int)untilBytes], out var more, out var produced);
        consumed += more;
        written += produced;
        return written == untilBytes;
    }
}
