namespace K8sMediaFlow.CapnProto;

/// <summary>
/// Pointer fields that have a default in their schema. A default struct or list is given as the words that the compiler prints for it: a
/// pointer and what it leads to, in one piece.
/// Safety: it must be static data (a constant of generated code), because its address is kept; like code, it is trusted.
/// </summary>
public readonly unsafe ref partial struct StructReader
{
    /// <exception cref="CapnProtoException">The pointer is not sound.</exception>
    public StructReader GetStruct(int index, ReadOnlySpan<byte> defaultWords) =>
        HasPointer(index) ? GetStruct(index) : _message.ReadDefault(defaultWords, _place.Depth).AsStruct();

    /// <inheritdoc cref="GetStruct(int, ReadOnlySpan{byte})"/>
    public T GetStruct<T>(int index, ReadOnlySpan<byte> defaultWords)
        where T : IStructReader<T>, allows ref struct => T.From(GetStruct(index, defaultWords));

    /// <inheritdoc cref="GetStruct(int, ReadOnlySpan{byte})"/>
    public ListReader GetList(int index, ReadOnlySpan<byte> defaultWords) =>
        HasPointer(index) ? GetList(index) : _message.ReadDefault(defaultWords, _place.Depth).AsList();

    /// <inheritdoc cref="GetData(int)"/>
    public ReadOnlySpan<byte> GetData(int index, ReadOnlySpan<byte> defaultBytes) => HasPointer(index) ? GetData(index) : defaultBytes;

    /// <summary>As <see cref="GetText(int)"/>; the default is UTF-8 without NUL.</summary>
    /// <exception cref="CapnProtoException">The pointer is not sound.</exception>
    public Utf8Text GetText(int index, ReadOnlySpan<byte> defaultUtf8) => HasPointer(index) ? GetText(index) : new Utf8Text(defaultUtf8);

    /// <summary>The index of a capability in its message's table, or null.</summary>
    /// <exception cref="CapnProtoException">The pointer is of another kind.</exception>
    public uint? GetCapabilityIndex(int index) => GetAny(index).CapabilityIndex;
}
