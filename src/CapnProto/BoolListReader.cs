namespace K8sMediaFlow.CapnProto;

/// <summary>A list of bits.</summary>
public readonly ref struct BoolListReader : IPointerReader<BoolListReader>
{
    private readonly ListReader _list;

    internal BoolListReader(ListReader list)
    {
        list.Require(list.ElementSize == ElementSize.Bit);
        _list = list;
    }

    public int Count => _list.Count;

    /// <summary>The list, untyped.</summary>
    public ListReader Raw => _list;

    public bool this[int index] => _list.BitAt(index);

    public Enumerator GetEnumerator() => new(this);

    static BoolListReader IPointerReader<BoolListReader>.FromPointer(AnyPointerReader slot) => slot.AsList().AsBools();

    public ref struct Enumerator(BoolListReader list)
    {
        private readonly BoolListReader _list = list;
        private int _index = -1;

        public readonly bool Current => _list[_index];

        public bool MoveNext() => ++_index < _list.Count;
    }
}
