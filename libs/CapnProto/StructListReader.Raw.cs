namespace K8sMediaFlow.CapnProto;

/// <summary>A list of structs without a type of their own; also reads a list of numbers or pointers as structs of that one field.</summary>
public readonly ref struct StructListReader
{
    private readonly ListReader _list;

    internal StructListReader(ListReader list)
    {
        list.Require(list.ElementSize != ElementSize.Bit);
        _list = list;
    }

    public int Count => _list.Count;

    public StructReader this[int index] => _list.StructAt(index);

    public Enumerator GetEnumerator() => new(this);

    public ref struct Enumerator(StructListReader list)
    {
        private readonly StructListReader _list = list;
        private int _index = -1;

        public readonly StructReader Current => _list[_index];

        public bool MoveNext() => ++_index < _list.Count;
    }
}
