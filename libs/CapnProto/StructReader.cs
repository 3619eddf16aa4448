using System.Runtime.CompilerServices;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// A struct of a message. Fields beyond its sections, as an older writer leaves them away, read as zero and null.
/// Offsets are in bytes from the start of the data section; pointers are counted.
/// </summary>
public readonly unsafe ref partial struct StructReader
{
    private readonly ref MessageReader _message;
    private readonly StructPlace _place;

    internal StructReader(ref MessageReader message, scoped in StructPlace place)
    {
        _message = ref message;
        _place = place;
    }

    /// <summary>What a class may keep of this reader.</summary>
    public StructPlace Place => _place;

    /// <summary>The sizes that the message gives this struct; a part of a word (an upgraded list's element) counts as one.</summary>
    public StructSize Size => new((ushort)((_place.DataBytes + 7) / 8), _place.PointerCount);

    /// <summary>A number at a byte offset; zero if the struct does not reach that far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Get<T>(int offsetBytes)
        where T : unmanaged =>
        offsetBytes + sizeof(T) <= _place.DataBytes ? Unsafe.ReadUnaligned<T>(_place.Data + offsetBytes) : default;

    /// <summary>A word of the data section, whose last one may be a part of a word.</summary>
    internal ulong GetPadded(int word)
    {
        // Unchecked: a length below zero would be taken for four billion.
        Invariant.That(word >= 0 && 8 * word < _place.DataBytes);
        var padded = 0UL;
        Unsafe.CopyBlockUnaligned(&padded, _place.Data + (8L * word), (uint)Math.Min(8, _place.DataBytes - (8 * word)));
        return padded;
    }

    /// <summary>A bit, counted from the start of the data section.</summary>
    public bool GetBool(int offsetBits) => ((Get<byte>(offsetBits >> 3) >> (offsetBits & 7)) & 1) != 0;

    /// <summary>Fails unless the union at that byte offset holds that member.</summary>
    /// <exception cref="CapnProtoException">It holds another one.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RequireMember(int offsetBytes, ushort member)
    {
        if (Get<ushort>(offsetBytes) != member)
            CapnProtoException.Throw(CapnProtoError.WrongUnionMember);
    }

    public bool HasPointer(int index) => index < _place.PointerCount && !WirePointer.ReadOnce(Slot(index)).IsNull;

    /// <exception cref="CapnProtoException">The pointer is not sound.</exception>
    public StructReader GetStruct(int index) =>
        index < _place.PointerCount
            ? _message.ReadStruct(Slot(index), _place.Segment, _place.Depth)
            : new StructReader(ref _message, StructPlace.Empty(_place.Depth - 1));

    /// <inheritdoc cref="GetStruct(int)"/>
    public T GetStruct<T>(int index)
        where T : IStructReader<T>, allows ref struct => T.From(GetStruct(index));

    /// <inheritdoc cref="GetStruct(int)"/>
    public ListReader GetList(int index) =>
        index < _place.PointerCount ? _message.ReadList(Slot(index), _place.Segment, _place.Depth) : new ListReader(ref _message, default);

    /// <summary>The bytes where they lie; empty if the pointer is null.</summary>
    /// <exception cref="CapnProtoException">The pointer is not sound.</exception>
    public ReadOnlySpan<byte> GetData(int index) =>
        index < _place.PointerCount && _message.ReadBytes(Slot(index), _place.Segment, out var start, out var length)
            ? new ReadOnlySpan<byte>(start, length)
            : default;

    /// <summary>As <see cref="GetData(int)"/>, to be kept.</summary>
    /// <exception cref="CapnProtoException">The pointer is not sound.</exception>
    public BytesPlace GetDataPlace(int index) =>
        index < _place.PointerCount && _message.ReadBytes(Slot(index), _place.Segment, out var start, out var length)
            ? new BytesPlace(start, length)
            : default;

    /// <inheritdoc cref="GetData(int)"/>
    public Utf8Text GetText(int index) =>
        index < _place.PointerCount && _message.ReadBytes(Slot(index), _place.Segment, out var start, out var length)
            ? Utf8Text.Terminated(start, length)
            : default;

    public AnyPointerReader GetAny(int index) =>
        new(ref _message, index < _place.PointerCount ? Slot(index) : null, _place.Segment, _place.Depth);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Slot(int index) => _place.Data + _place.DataBytes + (8L * index);
}
