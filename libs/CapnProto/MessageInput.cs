using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// The messages of a stream, one after the other, each read where it arrived:
/// <code>
/// var input = new MessageInput(stream, ReadLimits.Default);
/// while (await input.MoveNextAsync())
///     Handle(input.Root&lt;Person.Reader&gt;());
/// </code>
/// Reads ahead, so the stream is this one's alone. A message and its readers are valid until the next one is asked for. Memory grows with
/// what has arrived, not with what a table announces, up to the traversal limit, beyond which a message could not be read anyway.
/// Not for several threads at once.
/// </summary>
public sealed class MessageInput
{
    private const int CapacityBytes = 16 * 1024;

    private readonly Stream _stream;
    private readonly ReadLimits _limits;
    private byte[] _bytes = Allocate(CapacityBytes);
    private int _start;
    private int _end;
    private int _messageBytes;
    private MessageReader _message;

    /// <param name="stream">Messages in the standard framing.</param>
    /// <param name="limits">What reading each message may cost, and how long it may be.</param>
    /// <param name="isPacked">Whether the stream is in the packed encoding.</param>
    public MessageInput(Stream stream, ReadLimits limits, bool isPacked = false)
    {
        _stream = isPacked ? new UnpackingStream(stream) : stream;
        _limits = limits;
    }

    /// <summary>The message that was read last.</summary>
    public ref MessageReader Message => ref _message;

    /// <summary>Its root.</summary>
    /// <exception cref="CapnProtoException">The root pointer is not a sound struct pointer.</exception>
    public T Root<T>()
        where T : IStructReader<T>, allows ref struct => _message.Root<T>();

    /// <summary>Reads the next message; false at the end of the stream.</summary>
    /// <exception cref="CapnProtoException">The stream ends within a message, or a table is not plausible.</exception>
    public bool MoveNext()
    {
        int missing;
        while ((missing = Missing()) > 0)
            if (!Arrived(_stream.Read(Room(missing).Span)))
                return false;
        return Take();
    }

    /// <inheritdoc cref="MoveNext"/>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken = default)
    {
        int missing;
        while ((missing = Missing()) > 0)
            if (!Arrived(await _stream.ReadAsync(Room(missing), cancellationToken).ConfigureAwait(false)))
                return false;
        return Take();
    }

    /// <summary>Bytes that the next message lacks, as far as can be told.</summary>
    private int Missing()
    {
        if (_messageBytes > 0)
            (_start, _messageBytes) = (_start + _messageBytes, 0);
        Invariant.That(_start <= _end);
        var here = _bytes.AsSpan(_start, _end - _start);
        if (here.Length < 8)
            return 8 - here.Length;
        var tableBytes = FramingTable.TableBytes(here);
        if (here.Length < tableBytes)
            return tableBytes - here.Length;
        var contentBytes = FramingTable.ContentBytes(here[..tableBytes]);
        if (contentBytes / 8 > _limits.TraversalWords || tableBytes + contentBytes > Array.MaxLength)
            CapnProtoException.Throw(CapnProtoError.TraversalLimit, "the table announces more than may be read");
        return Math.Max(0, (int)(tableBytes + contentBytes) - here.Length);
    }

    /// <summary>Free space behind what is here, at least a word, at most doubling the memory at a time.</summary>
    private Memory<byte> Room(int missing)
    {
        var here = _end - _start;
        if (_start > 0 && _bytes.Length - _end < missing)
            Move(_bytes, here);
        if (_bytes.Length - _end < 8)
            Move(Allocate((int)Math.Min(_bytes.Length * 2L, Array.MaxLength & ~7)), here);
        return _bytes.AsMemory(_end);
    }

    private void Move(byte[] target, int lengthBytes)
    {
        _bytes.AsSpan(_start, lengthBytes).CopyTo(target);
        (_bytes, _start, _end) = (target, 0, lengthBytes);
    }

    private bool Arrived(int lengthBytes)
    {
        _end += lengthBytes;
        if (lengthBytes == 0 && _end > _start)
            CapnProtoException.Throw(CapnProtoError.BadFraming, "the stream ends within a message");
        return lengthBytes > 0;
    }

    private bool Take()
    {
        if (!StreamFraming.TryRead(_bytes.AsSpan(_start, _end - _start), _limits, out _message, out _messageBytes))
            CapnProtoException.Throw(CapnProtoError.BadFraming);
        return true;
    }

    // Pinned, since readers keep addresses.
    private static byte[] Allocate(int lengthBytes) => GC.AllocateUninitializedArray<byte>(lengthBytes, pinned: true);
}
