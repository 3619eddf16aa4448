namespace K8sMediaFlow.CapnProto;

/// <summary>
/// A list of bits. Bits never become anything else by the upgrade rules; where numbers lie instead, as after a field changed hands within
/// a union, the first bits of that memory are read, as the reference reads them, and not refused.
/// </summary>
public readonly ref struct BoolListReader : IPointerReader<BoolListReader>
{
    private readonly ListReader _list;

    internal BoolListReader(ListReader list)
    {
        list.Require(list.ElementSize is >= ElementSize.Bit and <= ElementSize.EightBytes);
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
