namespace K8sMediaFlow.CapnProto;

/// <summary>
/// What a pointer field holds already. A null one becomes a copy of the default, if the schema has one (given as for
/// <see cref="StructReader.GetStruct(int, ReadOnlySpan{byte})"/>), else a new struct or an empty list.
/// </summary>
public readonly unsafe ref partial struct StructBuilder
{
    /// <summary>A struct of at least that size.</summary>
    /// <exception cref="CapnProtoException">The field holds another kind, or the arena has no room.</exception>
    public StructBuilder GetStruct(int index, StructSize size, ReadOnlySpan<byte> defaultWords = default) =>
        _message.GetStruct(Slot(index), _segment, size, defaultWords);

    /// <inheritdoc cref="GetStruct(int, StructSize, ReadOnlySpan{byte})"/>
    public T GetStruct<T>(int index, ReadOnlySpan<byte> defaultWords = default)
        where T : IStructBuilder<T>, allows ref struct => T.From(GetStruct(index, T.Size, defaultWords));

    /// <inheritdoc cref="GetStruct(int, StructSize, ReadOnlySpan{byte})"/>
    public ListBuilder<T> GetList<T>(int index, ReadOnlySpan<byte> defaultWords = default)
        where T : unmanaged => GetAny(index).GetList<T>(defaultWords);

    /// <inheritdoc cref="GetStruct(int, StructSize, ReadOnlySpan{byte})"/>
    public BoolListBuilder GetBools(int index, ReadOnlySpan<byte> defaultWords = default) => GetAny(index).GetBools(defaultWords);

    /// <summary>How many nothings a List(Void) holds.</summary>
    /// <inheritdoc cref="GetStruct(int, StructSize, ReadOnlySpan{byte})"/>
    public int GetVoids(int index, ReadOnlySpan<byte> defaultWords = default) => GetAny(index).GetVoids(defaultWords);

    /// <inheritdoc cref="GetStruct(int, StructSize, ReadOnlySpan{byte})"/>
    public StructListBuilder<T> GetStructs<T>(int index, ReadOnlySpan<byte> defaultWords = default)
        where T : IStructBuilder<T>, allows ref struct => new(_message.GetStructList(Slot(index), _segment, T.Size, defaultWords));

    /// <inheritdoc cref="GetStruct(int, StructSize, ReadOnlySpan{byte})"/>
    public PointerListBuilder GetPointers(int index, ReadOnlySpan<byte> defaultWords = default) => GetAny(index).GetPointers(defaultWords);

    /// <summary>The bytes, to be changed in place.</summary>
    /// <exception cref="CapnProtoException">The field holds another kind, or the arena has no room for the default.</exception>
    public Span<byte> GetData(int index, ReadOnlySpan<byte> defaultBytes = default) => GetAny(index).GetData(defaultBytes);

    /// <summary>The UTF-8 bytes, to be changed in place.</summary>
    /// <exception cref="CapnProtoException">The field holds another kind, or the arena has no room for the default.</exception>
    public TextBuilder GetText(int index, ReadOnlySpan<byte> defaultUtf8 = default) => GetAny(index).GetText(defaultUtf8);

    /// <summary>Room for a text of that many UTF-8 bytes, to be filled in place: it is not cleared.</summary>
    /// <exception cref="CapnProtoException">The arena has no room.</exception>
    public TextBuilder InitText(int index, int lengthBytes) => GetAny(index).InitText(lengthBytes);

    /// <summary>Copies a struct of another message here; a null pointer or an empty reader makes an empty struct.</summary>
    /// <exception cref="CapnProtoException">The source is unsound or exceeds its limits, or the arena has no room.</exception>
    public void SetStruct(int index, StructReader source) => _message.CopyStruct(Slot(index), _segment, source);

    /// <summary>Copies a list of another message here.</summary>
    /// <inheritdoc cref="SetStruct"/>
    public void SetList(int index, ListReader source) => _message.CopyList(Slot(index), _segment, source);

    /// <summary>Copies whatever a pointer of another message leads to; null stays null, and a capability becomes null.</summary>
    /// <inheritdoc cref="SetStruct"/>
    public void SetPointer(int index, AnyPointerReader source) => _message.CopyPointer(Slot(index), _segment, source);

    /// <summary>
    /// Overwrites this struct with a copy of another one: the way to set an element of a struct list. What the source has beyond this
    /// struct's size is left out; what it lacks becomes zero and null.
    /// </summary>
    /// <inheritdoc cref="SetStruct"/>
    public void CopyFrom(StructReader source)
    {
        System.Runtime.InteropServices.NativeMemory.Clear(_data, (nuint)(_size.Words * 8));
        _message.CopyContent(in this, source);
    }
}
