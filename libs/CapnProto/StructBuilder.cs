using System.Runtime.CompilerServices;
using System.Text;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// A struct under construction, cleared when it was made. Its sections have the size that the schema gives them, so setters need no
/// check; offsets come from generated code. A field may be set again: the object that it pointed to stays behind as dead bytes.
/// </summary>
public readonly unsafe ref partial struct StructBuilder
{
    private readonly ref MessageBuilder _message;
    private readonly byte* _data;
    private readonly int _segment;
    private readonly StructSize _size;

    internal StructBuilder(ref MessageBuilder message, byte* data, int segment, StructSize size)
    {
        _message = ref message;
        _data = data;
        _segment = segment;
        _size = size;
    }

    public StructSize Size => _size;

    internal byte* Data => _data;

    internal int Segment => _segment;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set<T>(int offsetBytes, T value)
        where T : unmanaged => Unsafe.WriteUnaligned(_data + offsetBytes, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Get<T>(int offsetBytes)
        where T : unmanaged => Unsafe.ReadUnaligned<T>(_data + offsetBytes);

    public void SetBool(int offsetBits, bool value)
    {
        var mask = (byte)(1 << (offsetBits & 7));
        var old = _data[offsetBits >> 3];
        _data[offsetBits >> 3] = (byte)(value ? old | mask : old & ~mask);
    }

    public bool GetBool(int offsetBits) => ((_data[offsetBits >> 3] >> (offsetBits & 7)) & 1) != 0;

    public bool HasPointer(int index) => !WirePointer.ReadOnce(Slot(index)).IsNull;

    /// <summary>Sets a pointer to null.</summary>
    public void Clear(int index) => Unsafe.WriteUnaligned(Slot(index), 0UL);

    /// <exception cref="CapnProtoException">The arena has no room.</exception>
    public StructBuilder InitStruct(int index, StructSize size) => _message.InitStruct(Slot(index), _segment, size);

    /// <inheritdoc cref="InitStruct(int, StructSize)"/>
    public T InitStruct<T>(int index)
        where T : IStructBuilder<T>, allows ref struct => T.From(InitStruct(index, T.Size));

    /// <inheritdoc cref="InitStruct(int, StructSize)"/>
    public ListBuilder<T> InitList<T>(int index, int count)
        where T : unmanaged
    {
        var segment = _segment;
        return new ListBuilder<T>(_message.InitList(Slot(index), ref segment, ElementSizes.Of<T>(), count, isCleared: true), count);
    }

    /// <inheritdoc cref="InitStruct(int, StructSize)"/>
    public BoolListBuilder InitBools(int index, int count)
    {
        var segment = _segment;
        return new BoolListBuilder(_message.InitList(Slot(index), ref segment, ElementSize.Bit, count, isCleared: true), count);
    }

    /// <summary>A list of nothing: only its length is stored.</summary>
    public void InitVoids(int index, int count)
    {
        var segment = _segment;
        _message.InitList(Slot(index), ref segment, ElementSize.Void, count, isCleared: true);
    }

    /// <inheritdoc cref="InitStruct(int, StructSize)"/>
    public StructListBuilder<T> InitStructs<T>(int index, int count)
        where T : IStructBuilder<T>, allows ref struct
    {
        var segment = _segment;
        var content = _message.InitStructList(Slot(index), ref segment, T.Size, count);
        return new StructListBuilder<T>(ref _message, content, segment, count);
    }

    /// <inheritdoc cref="InitStruct(int, StructSize)"/>
    public PointerListBuilder InitPointers(int index, int count)
    {
        var segment = _segment;
        var content = _message.InitList(Slot(index), ref segment, ElementSize.Pointer, count, isCleared: true);
        return new PointerListBuilder(ref _message, content, segment, count);
    }

    public AnyPointerBuilder GetAny(int index) => new(ref _message, Slot(index), _segment);

    /// <summary>Copies the bytes into the message.</summary>
    public void SetData(int index, ReadOnlySpan<byte> bytes) => bytes.CopyTo(InitData(index, bytes.Length));

    /// <summary>
    /// Room for a payload, to be filled in place. It is neither cleared nor copied: until the caller has written all of it, it holds
    /// whatever the memory held before. Shape: <paramref name="lengthBytes"/> bytes at the next multiple of
    /// <paramref name="alignmentBytes"/> (8, 64, 4096 …; a power of two), the hole in front being legal and skipped by readers.
    /// </summary>
    public Span<byte> InitData(int index, int lengthBytes, int alignmentBytes = 8) => GetAny(index).InitData(lengthBytes, alignmentBytes);

    /// <summary>
    /// Points to a payload at the start of an external segment (<see cref="MessageBuilder.AddExternalSegment"/>), without touching it.
    /// </summary>
    public void SetExternalData(int index, int externalSegment, int lengthBytes) =>
        _message.SetExternal(Slot(index), _segment, externalSegment, lengthBytes);

    /// <summary>Writes a text; null clears the field.</summary>
    public void SetText(int index, string? text)
    {
        if (text is null)
            Clear(index);
        else
            SetText(index, text.AsSpan());
    }

    public void SetText(int index, ReadOnlySpan<char> text) => GetAny(index).SetText(text);

    public void SetText(int index, ReadOnlySpan<byte> utf8) => GetAny(index).SetText(utf8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* Slot(int index) => _data + ((_size.DataWords + index) * 8L);
}
