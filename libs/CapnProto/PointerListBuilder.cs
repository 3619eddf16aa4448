namespace K8sMediaFlow.CapnProto;

/// <summary>A list of texts, byte strings, lists or any-pointers under construction; all null at first.</summary>
public readonly unsafe ref struct PointerListBuilder : IListBuilder<PointerListBuilder>
{
    private readonly ref MessageBuilder _message;
    private readonly byte* _start;
    private readonly int _segment;
    private readonly int _stepBytes;

    internal PointerListBuilder(ref MessageBuilder message, byte* start, int segment, int count, int stepBytes = 8)
    {
        _message = ref message;
        _start = start;
        _segment = segment;
        _stepBytes = stepBytes;
        Count = count;
    }

    public int Count { get; }

    public AnyPointerBuilder this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count)
                ListReader.ThrowIndex();
            return new AnyPointerBuilder(ref _message, _start + ((long)index * _stepBytes), _segment);
        }
    }

    /// <summary>Sets one text.</summary>
    public void SetText(int index, ReadOnlySpan<char> text) => this[index].SetText(text);

    /// <inheritdoc cref="SetText(int, ReadOnlySpan{char})"/>
    public void SetText(int index, ReadOnlySpan<byte> utf8) => this[index].SetText(utf8);

    /// <summary>Copies one byte string.</summary>
    public void SetData(int index, ReadOnlySpan<byte> bytes) => this[index].SetData(bytes);

    static PointerListBuilder IPointerBuilder<PointerListBuilder>.FromPointer(AnyPointerBuilder slot) => slot.GetPointers();

    static PointerListBuilder IListBuilder<PointerListBuilder>.InitPointer(AnyPointerBuilder slot, int count) => slot.InitPointers(count);
}
