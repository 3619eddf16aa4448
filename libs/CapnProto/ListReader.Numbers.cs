using System.Runtime.CompilerServices;

namespace K8sMediaFlow.CapnProto;

/// <summary>A list of numbers or enum values.</summary>
public readonly unsafe ref struct ListReader<T> : IPointerReader<ListReader<T>>
    where T : unmanaged
{
    private readonly ListReader _list;

    internal ListReader(ListReader list)
    {
        list.Require(list.Place.DataBytes >= sizeof(T));
        _list = list;
    }

    public int Count => _list.Count;

    /// <summary>The list, untyped.</summary>
    public ListReader Raw => _list;

    public T this[int index] => Unsafe.ReadUnaligned<T>(_list.Element(index));

    /// <summary>All elements where they lie, if they lie side by side; otherwise false, and <see cref="CopyTo"/> gets them.</summary>
    public bool TryGetSpan(out ReadOnlySpan<T> elements)
    {
        var isDense = _list.Place.StepBytes == sizeof(T);
        elements = isDense ? new ReadOnlySpan<T>(_list.Place.Start, Count) : default;
        return isDense || Count == 0;
    }

    public void CopyTo(Span<T> target)
    {
        if (TryGetSpan(out var elements))
        {
            elements.CopyTo(target);
            return;
        }

        for (var index = 0; index < Count; index++)
            target[index] = this[index];
    }

    public T[] ToArray()
    {
        var copy = new T[Count];
        CopyTo(copy);
        return copy;
    }

    public Enumerator GetEnumerator() => new(this);

    static ListReader<T> IPointerReader<ListReader<T>>.FromPointer(AnyPointerReader slot) => slot.AsList().As<T>();

    public ref struct Enumerator(ListReader<T> list)
    {
        private readonly ListReader<T> _list = list;
        private int _index = -1;

        public readonly T Current => _list[_index];

        public bool MoveNext() => ++_index < _list.Count;
    }
}
