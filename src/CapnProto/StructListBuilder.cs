namespace K8sMediaFlow.CapnProto;

/// <summary>A list of structs under construction. Enumerating and indexing go through the same element address.</summary>
public readonly unsafe ref struct StructListBuilder<T>
    where T : IStructBuilder<T>, allows ref struct
{
    private readonly ref MessageBuilder _message;
    private readonly byte* _start;
    private readonly int _segment;

    internal StructListBuilder(ref MessageBuilder message, byte* start, int segment, int count)
    {
        _message = ref message;
        _start = start;
        _segment = segment;
        Count = count;
    }

    public int Count { get; }

    public T this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count)
                ListReader.ThrowIndex();
            return T.From(new StructBuilder(ref _message, _start + ((long)index * T.Size.Words * 8), _segment, T.Size));
        }
    }

    public Enumerator GetEnumerator() => new(this);

    public ref struct Enumerator(StructListBuilder<T> list)
    {
        private readonly StructListBuilder<T> _list = list;
        private int _index = -1;

        public readonly T Current => _list[_index];

        public bool MoveNext() => ++_index < _list.Count;
    }
}
