namespace K8sMediaFlow.CapnProto;

/// <summary>A list of structs under construction. Enumerating and indexing go through the same element address.</summary>
public readonly unsafe ref struct StructListBuilder<T> : IListBuilder<StructListBuilder<T>>
    where T : IStructBuilder<T>, allows ref struct
{
    private readonly StructListBuilder _list;

    internal StructListBuilder(StructListBuilder list) => _list = list;

    internal StructListBuilder(ref MessageBuilder message, byte* start, int segment, int count)
        : this(new StructListBuilder(ref message, start, segment, count, T.Size))
    {
    }

    public int Count => _list.Count;

    public T this[int index] => T.From(_list[index]);

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
