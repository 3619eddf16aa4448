namespace K8sMediaFlow.CapnProto;

/// <summary>A list of pointers of any kind: lists of lists, of any-pointers, of capabilities.</summary>
public readonly ref struct PointerListReader : IPointerReader<PointerListReader>
{
    private readonly ListReader _list;

    internal PointerListReader(ListReader list)
    {
        list.Require(list.Place.PointerCount > 0);
        _list = list;
    }

    public int Count => _list.Count;

    /// <summary>The list, untyped.</summary>
    public ListReader Raw => _list;

    public AnyPointerReader this[int index] => _list.PointerAt(index);

    public Enumerator GetEnumerator() => new(this);

    static PointerListReader IPointerReader<PointerListReader>.FromPointer(AnyPointerReader slot) => slot.AsList().AsPointers();

    public ref struct Enumerator(PointerListReader list)
    {
        private readonly PointerListReader _list = list;
        private int _index = -1;

        public readonly AnyPointerReader Current => _list[_index];

        public bool MoveNext() => ++_index < _list.Count;
    }
}
