namespace K8sMediaFlow.CapnProto;

/// <summary>A pointer whose kind the schema leaves open.</summary>
public readonly unsafe ref struct AnyPointerReader : IPointerReader<AnyPointerReader>
{
    private readonly ref MessageReader _message;
    private readonly byte* _slot;
    private readonly uint _segment;
    private readonly int _depth;

    internal AnyPointerReader(ref MessageReader message, byte* slot, uint segment, int depth)
    {
        _message = ref message;
        _slot = slot;
        _segment = segment;
        _depth = depth;
    }

    /// <summary>Null if the pointer is null.</summary>
    /// <exception cref="CapnProtoException">A far pointer that leads nowhere.</exception>
    public PointerKind? Kind => _slot is null ? null : _message.KindOf(_slot, _segment);

    public bool IsNull => _slot is null || WirePointer.ReadOnce(_slot).IsNull;

    /// <summary>
    /// Whether following the pointer needs no bytes that are still to come (of a message that is read while it arrives). True as well for
    /// null and for a pointer that is unsound: then following it says so.
    /// </summary>
    public bool HasArrived => _slot is null || _message.HasArrived(_slot, _segment);

    internal WirePointer Word => _slot is null ? default : WirePointer.ReadOnce(_slot);

    /// <exception cref="CapnProtoException">The pointer is not a sound one of that kind.</exception>
    public StructReader AsStruct() =>
        _slot is null ? new StructReader(ref _message, StructPlace.Empty(_depth - 1)) : _message.ReadStruct(_slot, _segment, _depth);

    /// <inheritdoc cref="AsStruct()"/>
    public T AsStruct<T>()
        where T : IStructReader<T>, allows ref struct => T.From(AsStruct());

    /// <inheritdoc cref="AsStruct()"/>
    public ListReader AsList() => _slot is null ? new ListReader(ref _message, default) : _message.ReadList(_slot, _segment, _depth);

    /// <inheritdoc cref="AsStruct()"/>
    public ReadOnlySpan<byte> AsData() =>
        _slot is not null && _message.ReadBytes(_slot, _segment, out var start, out var length)
            ? new ReadOnlySpan<byte>(start, length)
            : default;

    /// <inheritdoc cref="AsStruct()"/>
    public Utf8Text AsText() =>
        _slot is not null && _message.ReadBytes(_slot, _segment, out var start, out var length)
            ? Utf8Text.Terminated(start, length)
            : default;

    /// <summary>As whatever a type parameter stands for.</summary>
    /// <inheritdoc cref="AsStruct()"/>
    public T As<T>()
        where T : IPointerReader<T>, allows ref struct => T.FromPointer(this);

    /// <summary>
    /// The index of a capability in its message's table, or null if the pointer is null. This runtime carries data only: it reads
    /// capabilities, skips them, and writes none.
    /// </summary>
    /// <exception cref="CapnProtoException">The pointer is of another kind.</exception>
    public uint? CapabilityIndex => _slot is null ? null : _message.ReadCapability(_slot, _segment);

    static AnyPointerReader IPointerReader<AnyPointerReader>.FromPointer(AnyPointerReader slot) => slot;
}
