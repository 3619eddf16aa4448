using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// A framed message that is read while it arrives into one piece of memory:
/// <code>
/// message.Advance(arrivedBytes);
/// if (message.HasRoot &amp;&amp; message.Root&lt;Frame.Reader&gt;() is var frame) …
/// </code>
/// Objects that were written first (the outer ones) can be read before the rest is there.
/// </summary>
public sealed class ArrivingMessage
{
    private readonly nint _address;
    private readonly long _capacityBytes;
    private MessageReader _message;
    private long _tableBytes;

    /// <param name="address">Memory that the framed message arrives in, from its start; unmanaged or pinned.</param>
    /// <param name="capacityBytes">The longest message that has room there.</param>
    /// <param name="limits">What reading may cost; asking again for what was not there yet costs again.</param>
    public ArrivingMessage(nint address, long capacityBytes, ReadLimits limits)
    {
        _address = address;
        _capacityBytes = capacityBytes;
        _message = new MessageReader(limits);
    }

    /// <summary>Bytes that are there.</summary>
    public long ArrivedBytes { get; private set; }

    /// <summary>Bytes of the whole message; null until its table is there.</summary>
    public long? LengthBytes { get; private set; }

    public bool IsComplete => ArrivedBytes >= LengthBytes;

    /// <summary>Whether the root can be asked for.</summary>
    public bool HasRoot => _message.SegmentCount > 0 && _message.HasRootArrived;

    /// <summary>The message, as far as it is there.</summary>
    public ref MessageReader Message => ref _message;

    /// <exception cref="CapnProtoException">The root is unsound, or not there yet.</exception>
    public T Root<T>()
        where T : IStructReader<T>, allows ref struct => _message.Root<T>();

    /// <summary>Says how much is there now. Cheap: a comparison for each segment.</summary>
    /// <exception cref="CapnProtoException">The table is not plausible, or announces more than there is room for.</exception>
    public void Advance(long arrivedBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(arrivedBytes, ArrivedBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(arrivedBytes, _capacityBytes);
        ArrivedBytes = arrivedBytes;
        if (LengthBytes is null)
            ReadTable();
        else
            Grow();
    }

    private unsafe void ReadTable()
    {
        if (ArrivedBytes < 8)
            return;
        var firstWord = new ReadOnlySpan<byte>((void*)_address, 8);
        if (ArrivedBytes < FramingTable.TableBytes(firstWord)
            || !FramingTable.TryFind(new Segment((byte*)_address, ArrivedBytes), out var table))
            return;
        var lengthBytes = table.Length + FramingTable.ContentBytes(table);
        if (lengthBytes > _capacityBytes)
            CapnProtoException.Throw(CapnProtoError.BadFraming, "the table announces more than there is room for");
        LengthBytes = lengthBytes;
        _tableBytes = table.Length;
        var position = _tableBytes;
        for (var index = 0; index < FramingTable.SegmentCount(table); index++)
        {
            var segmentBytes = Math.Min(FramingTable.SegmentBytes(table, index), lengthBytes - position);
            _message.AddSegment(_address + (nint)position, Math.Clamp(ArrivedBytes - position, 0, segmentBytes), segmentBytes);
            position += segmentBytes;
            Invariant.That(segmentBytes >= 0 && position <= lengthBytes);
        }
    }

    private void Grow()
    {
        var position = _tableBytes;
        for (var index = 0; index < _message.SegmentCount; index++)
        {
            _message.Grow(index, Math.Max(0, ArrivedBytes - position));
            position += _message.AnnouncedBytes(index);
        }

        Invariant.That(position <= LengthBytes);
    }
}
