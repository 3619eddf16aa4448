namespace K8sMediaFlow.CapnProto;

/// <summary>A list of pointers of one kind: <c>PointerListReader&lt;ListReader&lt;short&gt;&gt;</c> is a List(List(Int16)).</summary>
public readonly ref struct PointerListReader<T> : IPointerReader<PointerListReader<T>>
    where T : IPointerReader<T>, allows ref struct
{
    private readonly PointerListReader _list;

    internal PointerListReader(ListReader list) => _list = new PointerListReader(list);

    public int Count => _list.Count;

    /// <summary>The list, untyped.</summary>
    public ListReader Raw => _list.Raw;

    public T this[int index] => T.FromPointer(_list[index]);

    public Enumerator GetEnumerator() => new(this);

    static PointerListReader<T> IPointerReader<PointerListReader<T>>.FromPointer(AnyPointerReader slot) => slot.AsList().AsPointers<T>();

    public ref struct Enumerator(PointerListReader<T> list)
    {
        private readonly PointerListReader<T> _list = list;
        private int _index = -1;

        public readonly T Current => _list[_index];

        public bool MoveNext() => ++_index < _list.Count;
    }
}
