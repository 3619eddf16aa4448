using System.Text;

namespace K8sMediaFlow.CapnProto;

/// <summary>A pointer under construction: becomes whatever is made of it.</summary>
public readonly unsafe ref partial struct AnyPointerBuilder : IPointerBuilder<AnyPointerBuilder>
{
    private readonly ref MessageBuilder _message;
    private readonly byte* _slot;
    private readonly int _segment;

    internal AnyPointerBuilder(ref MessageBuilder message, byte* slot, int segment)
    {
        _message = ref message;
        _slot = slot;
        _segment = segment;
    }

    public StructBuilder InitStruct(StructSize size) => _message.InitStruct(_slot, _segment, size);

    public T InitStruct<T>()
        where T : IStructBuilder<T>, allows ref struct => T.From(InitStruct(T.Size));

    public ListBuilder<T> InitList<T>(int count)
        where T : unmanaged
    {
        var segment = _segment;
        return new ListBuilder<T>(_message.InitList(_slot, ref segment, ElementSizes.Of<T>(), count, isCleared: true), count);
    }

    public StructListBuilder<T> InitStructs<T>(int count)
        where T : IStructBuilder<T>, allows ref struct
    {
        var segment = _segment;
        var content = _message.InitStructList(_slot, ref segment, T.Size, count);
        return new StructListBuilder<T>(ref _message, content, segment, count);
    }

    public StructListBuilder InitStructs(StructSize size, int count)
    {
        var segment = _segment;
        var content = _message.InitStructList(_slot, ref segment, size, count);
        return new StructListBuilder(ref _message, content, segment, count, size);
    }

    public PointerListBuilder InitPointers(int count)
    {
        var segment = _segment;
        var content = _message.InitList(_slot, ref segment, ElementSize.Pointer, count, isCleared: true);
        return new PointerListBuilder(ref _message, content, segment, count);
    }

    public BoolListBuilder InitBools(int count)
    {
        var segment = _segment;
        return new BoolListBuilder(_message.InitList(_slot, ref segment, ElementSize.Bit, count, isCleared: true), count);
    }

    /// <inheritdoc cref="StructBuilder.InitVoids"/>
    public void InitVoids(int count)
    {
        var segment = _segment;
        _message.InitList(_slot, ref segment, ElementSize.Void, count, isCleared: true);
    }

    /// <inheritdoc cref="StructBuilder.InitData"/>
    public Span<byte> InitData(int lengthBytes, int alignmentBytes = 8)
    {
        var segment = _segment;
        return new Span<byte>(_message.InitList(_slot, ref segment, ElementSize.Byte, lengthBytes, isCleared: false, alignmentBytes),
            lengthBytes);
    }

    public void SetData(ReadOnlySpan<byte> bytes) => bytes.CopyTo(InitData(bytes.Length));

    public void SetText(ReadOnlySpan<char> text)
    {
        var lengthBytes = Encoding.UTF8.GetByteCount(text);
        Encoding.UTF8.GetBytes(text, InitText(lengthBytes).Bytes);
    }

    public void SetText(ReadOnlySpan<byte> utf8) => utf8.CopyTo(InitText(utf8.Length).Bytes);

    /// <summary>
    /// Room for a text of that many UTF-8 bytes, to be filled in place: it is not cleared. The last word is, so the NUL and the padding
    /// behind a text are there already.
    /// </summary>
    public TextBuilder InitText(int lengthBytes) => new(InitData(checked(lengthBytes + 1))[..lengthBytes]);
}
