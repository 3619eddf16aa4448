namespace K8sMediaFlow.CapnProto;

/// <summary>A list of byte strings.</summary>
public readonly ref struct DataListReader : IPointerReader<DataListReader>
{
    private readonly PointerListReader _list;

    internal DataListReader(ListReader list) => _list = new PointerListReader(list);

    public int Count => _list.Count;

    /// <summary>The list, untyped.</summary>
    public ListReader Raw => _list.Raw;

    public ReadOnlySpan<byte> this[int index] => _list[index].AsData();

    public Enumerator GetEnumerator() => new(this);

    static DataListReader IPointerReader<DataListReader>.FromPointer(AnyPointerReader slot) => slot.AsList().AsDatas();

    public ref struct Enumerator(DataListReader list)
    {
        private readonly DataListReader _list = list;
        private int _index = -1;

        public readonly ReadOnlySpan<byte> Current => _list[_index];

        public bool MoveNext() => ++_index < _list.Count;
    }
}
