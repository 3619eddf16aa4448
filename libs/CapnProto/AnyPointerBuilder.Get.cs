namespace K8sMediaFlow.CapnProto;

/// <summary>What the pointer holds already; see <see cref="StructBuilder.GetStruct(int, StructSize, ReadOnlySpan{byte})"/>.</summary>
public readonly unsafe ref partial struct AnyPointerBuilder
{
    public bool IsNull => WirePointer.ReadOnce(_slot).IsNull;

    /// <summary>Null if the pointer is null.</summary>
    public PointerKind? Kind => _message.KindOf(_slot, _segment);

    /// <summary>Makes the pointer null; what it led to stays behind as dead bytes.</summary>
    public void Clear() => System.Runtime.CompilerServices.Unsafe.WriteUnaligned(_slot, 0UL);

    /// <inheritdoc cref="StructBuilder.GetStruct(int, StructSize, ReadOnlySpan{byte})"/>
    public StructBuilder GetStruct(StructSize size, ReadOnlySpan<byte> defaultWords = default) =>
        _message.GetStruct(_slot, _segment, size, defaultWords);

    /// <inheritdoc cref="StructBuilder.GetStruct(int, StructSize, ReadOnlySpan{byte})"/>
    public T GetStruct<T>()
        where T : IStructBuilder<T>, allows ref struct => T.From(GetStruct(T.Size));

    /// <inheritdoc cref="StructBuilder.GetStruct(int, StructSize, ReadOnlySpan{byte})"/>
    public ListBuilder<T> GetList<T>(ReadOnlySpan<byte> defaultWords = default)
        where T : unmanaged
    {
        var segment = _segment;
        var start = _message.GetList(_slot, ref segment, ElementSizes.Of<T>(), defaultWords, out var count, out var stepBytes);
        return new ListBuilder<T>(start, count, stepBytes);
    }

    /// <inheritdoc cref="StructBuilder.GetStruct(int, StructSize, ReadOnlySpan{byte})"/>
    public BoolListBuilder GetBools(ReadOnlySpan<byte> defaultWords = default)
    {
        var segment = _segment;
        return new BoolListBuilder(_message.GetList(_slot, ref segment, ElementSize.Bit, defaultWords, out var count, out _), count);
    }

    /// <inheritdoc cref="StructBuilder.GetVoids"/>
    public int GetVoids(ReadOnlySpan<byte> defaultWords = default)
    {
        var segment = _segment;
        _message.GetList(_slot, ref segment, ElementSize.Void, defaultWords, out var count, out _);
        return count;
    }

    /// <inheritdoc cref="StructBuilder.GetStruct(int, StructSize, ReadOnlySpan{byte})"/>
    public StructListBuilder<T> GetStructs<T>()
        where T : IStructBuilder<T>, allows ref struct => new(_message.GetStructList(_slot, _segment, T.Size, default));

    /// <inheritdoc cref="StructBuilder.GetStruct(int, StructSize, ReadOnlySpan{byte})"/>
    public StructListBuilder GetStructs(StructSize size, ReadOnlySpan<byte> defaultWords = default) =>
        _message.GetStructList(_slot, _segment, size, defaultWords);

    /// <inheritdoc cref="StructBuilder.GetStruct(int, StructSize, ReadOnlySpan{byte})"/>
    public PointerListBuilder GetPointers(ReadOnlySpan<byte> defaultWords = default)
    {
        var segment = _segment;
        var start = _message.GetList(_slot, ref segment, ElementSize.Pointer, defaultWords, out var count, out var stepBytes);
        return new PointerListBuilder(ref _message, start, segment, count, stepBytes);
    }

    /// <inheritdoc cref="StructBuilder.GetData"/>
    public Span<byte> GetData(ReadOnlySpan<byte> defaultBytes = default)
    {
        if (IsNull && defaultBytes.Length > 0)
            SetData(defaultBytes);
        return _message.GetBytes(_slot, _segment);
    }

    /// <inheritdoc cref="StructBuilder.GetText"/>
    public TextBuilder GetText(ReadOnlySpan<byte> defaultUtf8 = default)
    {
        if (IsNull && defaultUtf8.Length > 0)
            SetText(defaultUtf8);
        var bytes = GetData();
        return new TextBuilder(bytes.IsEmpty ? bytes : bytes[..^1]);
    }

    /// <summary>As whatever a type parameter stands for.</summary>
    /// <inheritdoc cref="StructBuilder.GetStruct(int, StructSize, ReadOnlySpan{byte})"/>
    public T Get<T>()
        where T : IPointerBuilder<T>, allows ref struct => T.FromPointer(this);

    /// <summary>A new list, text or data, as a type parameter wants it.</summary>
    /// <inheritdoc cref="IListBuilder{TSelf}.InitPointer"/>
    public T Init<T>(int count)
        where T : IListBuilder<T>, allows ref struct => T.InitPointer(this, count);

    /// <summary>A new, clear object, as a type parameter wants it: a struct, or nothing yet of what needs a length.</summary>
    /// <inheritdoc cref="IPointerBuilder{TSelf}.FromPointer"/>
    public T Init<T>()
        where T : IPointerBuilder<T>, allows ref struct
    {
        Clear();
        return T.FromPointer(this);
    }

    /// <inheritdoc cref="StructBuilder.SetStruct"/>
    public void SetStruct(StructReader source) => _message.CopyStruct(_slot, _segment, source);

    /// <inheritdoc cref="StructBuilder.SetList"/>
    public void SetList(ListReader source) => _message.CopyList(_slot, _segment, source);

    /// <inheritdoc cref="StructBuilder.SetPointer"/>
    public void SetPointer(AnyPointerReader source) => _message.CopyPointer(_slot, _segment, source);

    static AnyPointerBuilder IPointerBuilder<AnyPointerBuilder>.FromPointer(AnyPointerBuilder slot) => slot;
}
