namespace K8sMediaFlow.CapnProto;

/// <summary>A list of structs under construction. Enumerating and indexing go through the same element address.</summary>
public readonly unsafe ref struct StructListBuilder<T> : IListBuilder<StructListBuilder<T>>
    where T : IStructBuilder<T>, allows ref struct
{
    private readonly ref MessageBuilder _message;
    private readonly byte* _start;
    private readonly int _segment;
    private readonly StructSize _size;

    internal StructListBuilder(ref MessageBuilder message, byte* start, int segment, int count, StructSize size)
    {
        _message = ref message;
        _start = start;
        _segment = segment;
        _size = size;
        Count = count;
    }

    public int Count { get; }

    public T this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count)
                ListReader.ThrowIndex();
            return T.From(new StructBuilder(ref _message, _start + ((long)index * _size.Words * 8), _segment, _size));
        }
    }

    public Enumerator GetEnumerator() => new(this);

    static StructListBuilder<T> IPointerBuilder<StructListBuilder<T>>.FromPointer(AnyPointerBuilder slot) => slot.GetStructs<T>();

    static StructListBuilder<T> IListBuilder<StructListBuilder<T>>.InitPointer(AnyPointerBuilder slot, int count) =>
        slot.InitStructs<T>(count);

    public ref struct Enumerator(StructListBuilder<T> list)
    {
        private readonly StructListBuilder<T> _list = list;
        private int _index = -1;

        public readonly T Current => _list[_index];

        public bool MoveNext() => ++_index < _list.Count;
    }
}
