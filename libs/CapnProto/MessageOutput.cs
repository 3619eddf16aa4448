using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// Writes messages to a stream, framed, one after the other. The segments go to the stream from where they lie; asynchronous and packed
/// writes pass through a buffer of this object. Not for several threads at once.
/// </summary>
public sealed class MessageOutput(Stream stream, bool isPacked = false)
{
    private byte[] _bytes = new byte[4096];

    /// <exception cref="ArgumentException">A segment is external.</exception>
    public void Write(in MessageBuilder message)
    {
        if (isPacked)
        {
            stream.Write(Encode(in message).Span);
            return;
        }

        Reserve(StreamFraming.TableBytes(message.SegmentCount));
        stream.Write(_bytes.AsSpan(0, StreamFraming.WriteTable(in message, _bytes)));
        for (var index = 0; index < message.SegmentCount; index++)
            stream.Write(message.SegmentBytes(index));
    }

    /// <summary>The message may be changed as soon as this returns its task; the next call must wait for the task.</summary>
    /// <inheritdoc cref="Write"/>
    public ValueTask WriteAsync(in MessageBuilder message, CancellationToken cancellationToken = default) =>
        stream.WriteAsync(Encode(in message), cancellationToken);

    private ReadOnlyMemory<byte> Encode(in MessageBuilder message)
    {
        var sizeBytes = StreamFraming.SizeBytes(in message);
        Reserve(isPacked ? PackedEncoding.SizeBytesMax(sizeBytes) : sizeBytes);
        return _bytes.AsMemory(0, isPacked ? PackedFraming.Write(in message, _bytes) : StreamFraming.Write(in message, _bytes));
    }

    private void Reserve(long sizeBytes)
    {
        if (sizeBytes > Array.MaxLength)
            CapnProtoException.Throw(CapnProtoError.TooLarge);
        if (sizeBytes > _bytes.Length)
            _bytes = GC.AllocateUninitializedArray<byte>((int)Math.Max(sizeBytes, Math.Min(_bytes.Length * 2L, Array.MaxLength)));
        Invariant.That(_bytes.Length >= sizeBytes);
    }
}
