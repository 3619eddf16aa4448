namespace K8sMediaFlow.CapnProto;

/// <summary>A list of structs; also reads a list of numbers or pointers as structs of that one field.</summary>
public readonly ref struct StructListReader<T> : IPointerReader<StructListReader<T>>
    where T : IStructReader<T>, allows ref struct
{
    private readonly ListReader _list;

    internal StructListReader(ListReader list)
    {
        list.Require(list.ElementSize != ElementSize.Bit);
        _list = list;
    }

    public int Count => _list.Count;

    /// <summary>The list, untyped.</summary>
    public ListReader Raw => _list;

    public T this[int index] => T.From(_list.StructAt(index));

    public Enumerator GetEnumerator() => new(this);

    static StructListReader<T> IPointerReader<StructListReader<T>>.FromPointer(AnyPointerReader slot) => slot.AsList().AsStructs<T>();

    public ref struct Enumerator(StructListReader<T> list)
    {
        private readonly StructListReader<T> _list = list;
        private int _index = -1;

        public readonly T Current => _list[_index];

        public bool MoveNext() => ++_index < _list.Count;
    }
}
