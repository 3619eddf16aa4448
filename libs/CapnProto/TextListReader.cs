namespace K8sMediaFlow.CapnProto;

/// <summary>A list of texts.</summary>
public readonly ref struct TextListReader : IPointerReader<TextListReader>
{
    private readonly PointerListReader _list;

    internal TextListReader(ListReader list) => _list = new PointerListReader(list);

    public int Count => _list.Count;

    /// <summary>The list, untyped.</summary>
    public ListReader Raw => _list.Raw;

    public Utf8Text this[int index] => _list[index].AsText();

    /// <summary>New strings of all elements.</summary>
    public string[] ToStrings()
    {
        var strings = new string[Count];
        for (var index = 0; index < strings.Length; index++)
            strings[index] = this[index].ToString();
        return strings;
    }

    public Enumerator GetEnumerator() => new(this);

    static TextListReader IPointerReader<TextListReader>.FromPointer(AnyPointerReader slot) => slot.AsList().AsTexts();

    public ref struct Enumerator(TextListReader list)
    {
        private readonly TextListReader _list = list;
        private int _index = -1;

        public readonly Utf8Text Current => _list[_index];

        public bool MoveNext() => ++_index < _list.Count;
    }
}
