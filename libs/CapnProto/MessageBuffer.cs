namespace K8sMediaFlow.CapnProto;

/// <summary>
/// A reusable buffer for one framed message at a time, written or read, for messages that are not on the frame path:
/// <code>
/// var hello = buffer.Begin&lt;AttachMessage.Builder&gt;().InitHello();
/// hello.Operator = "decode";
/// socket.Send(buffer.Finish().Span);
///
/// var length = socket.Receive(buffer.Bytes);
/// var message = buffer.Read&lt;AttachMessage.Reader&gt;(length);
/// </code>
/// Builders and readers are valid until the buffer is used again. Not for several threads at once.
/// </summary>
public sealed class MessageBuffer
{
    private const int TableBytes = 8;

    private readonly byte[] _bytes;
    private MessageBuilder _builder;
    private MessageReader _reader;

    /// <param name="capacityBytes">The largest framed message that fits.</param>
    public MessageBuffer(int capacityBytes)
    {
        // Pinned, since readers and builders keep addresses.
        ArgumentOutOfRangeException.ThrowIfLessThan(capacityBytes, 16);
        _bytes = GC.AllocateUninitializedArray<byte>(capacityBytes, pinned: true);
    }

    /// <summary>The whole buffer: receive a framed message into its start.</summary>
    public Span<byte> Bytes => _bytes;

    /// <inheritdoc cref="Bytes"/>
    public Memory<byte> Memory => _bytes;

    /// <summary>The message that was begun, to go on with.</summary>
    public ref MessageBuilder Builder => ref _builder;

    /// <summary>Starts a new message; what the buffer held is gone.</summary>
    public T Begin<T>()
        where T : IStructBuilder<T>, allows ref struct
    {
        _builder = new MessageBuilder(_bytes.AsSpan(TableBytes));
        return _builder.InitRoot<T>();
    }

    /// <summary>The framed message that was built since <see cref="Begin{T}"/>, in this buffer.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        if (_builder.SegmentCount == 0)
            throw new InvalidOperationException("No message was begun.");
        StreamFraming.WriteTable(in _builder, _bytes);
        return _bytes.AsMemory(0, TableBytes + (int)_builder.UsedBytes(0));
    }

    /// <summary>Reads the framed message at the buffer's start.</summary>
    /// <param name="lengthBytes">How many bytes of the buffer were received.</param>
    /// <exception cref="CapnProtoException">The framing or the root is not sound. Reading fields can throw it later too.</exception>
    public T Read<T>(int lengthBytes)
        where T : IStructReader<T>, allows ref struct
    {
        if (!StreamFraming.TryRead(_bytes.AsSpan(0, lengthBytes), ReadLimits.Default, out _reader, out _))
            CapnProtoException.Throw(CapnProtoError.BadFraming);
        return _reader.Root<T>();
    }

    /// <summary>Copies a framed message into this buffer and reads it.</summary>
    /// <inheritdoc cref="Read{T}(int)"/>
    public T Read<T>(ReadOnlySpan<byte> framed)
        where T : IStructReader<T>, allows ref struct
    {
        if (framed.Length > _bytes.Length)
            CapnProtoException.Throw(CapnProtoError.BadFraming, "the message is longer than the buffer");
        framed.CopyTo(_bytes);
        return Read<T>(framed.Length);
    }
}
