using System.Runtime.CompilerServices;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// A list of a message, of whatever element width. The typed views (<see cref="ListReader{T}"/>, <see cref="StructListReader{T}"/> …)
/// check once that the width suits, by the upgrade rules: a struct list may be read as a list of its first field and the reverse.
/// </summary>
public readonly unsafe ref struct ListReader : IPointerReader<ListReader>
{
    private readonly ref MessageReader _message;
    private readonly ListPlace _place;

    internal ListReader(ref MessageReader message, scoped in ListPlace place)
    {
        _message = ref message;
        _place = place;
    }

    public int Count => _place.Count;

    public ElementSize ElementSize => _place.ElementSize;

    /// <summary>The sizes that the message gives each element; a part of a word counts as one.</summary>
    public StructSize StructSize => new((ushort)((_place.DataBytes + 7) / 8), _place.PointerCount);

    internal ListPlace Place => _place;

    /// <summary>The elements as numbers of type <typeparamref name="T"/>.</summary>
    /// <exception cref="CapnProtoException">They are narrower than that, or pointers.</exception>
    public ListReader<T> As<T>()
        where T : unmanaged => new(this);

    /// <summary>The elements as bits.</summary>
    /// <exception cref="CapnProtoException">They are neither bits nor numbers.</exception>
    public BoolListReader AsBools() => new(this);

    /// <summary>The elements as structs.</summary>
    /// <exception cref="CapnProtoException">They are bits.</exception>
    public StructListReader<T> AsStructs<T>()
        where T : IStructReader<T>, allows ref struct => new(this);

    /// <inheritdoc cref="AsStructs{T}"/>
    public StructListReader AsStructs() => new(this);

    /// <summary>The elements as pointers, of whatever kind.</summary>
    /// <exception cref="CapnProtoException">They are numbers.</exception>
    public PointerListReader AsPointers() => new(this);

    /// <summary>The elements as pointers of one kind.</summary>
    /// <exception cref="CapnProtoException">They are numbers.</exception>
    public PointerListReader<T> AsPointers<T>()
        where T : IPointerReader<T>, allows ref struct => new(this);

    /// <inheritdoc cref="AsPointers()"/>
    public TextListReader AsTexts() => new(this);

    /// <inheritdoc cref="AsPointers()"/>
    public DataListReader AsDatas() => new(this);

    internal void Require(bool fits)
    {
        if (!fits && Count > 0)
            CapnProtoException.Throw(CapnProtoError.WrongElementSize);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* Element(int index)
    {
        if ((uint)index >= (uint)_place.Count)
            ThrowIndex();
        return _place.Start + ((long)index * _place.StepBytes);
    }

    internal StructReader StructAt(int index) => new(
        ref _message,
        new StructPlace(Element(index), _place.DataBytes, _place.PointerCount, _place.Segment, _place.Depth));

    internal AnyPointerReader PointerAt(int index) =>
        new(ref _message, Element(index) + _place.DataBytes, _place.Segment, _place.Depth);

    internal bool BitAt(int index)
    {
        if ((uint)index >= (uint)_place.Count)
            ThrowIndex();
        return ((_place.Start[index >> 3] >> (index & 7)) & 1) != 0;
    }

    internal static void ThrowIndex() => throw new ArgumentOutOfRangeException("index", "The list has no element of that index.");

    static ListReader IPointerReader<ListReader>.FromPointer(AnyPointerReader slot) => slot.AsList();
}
