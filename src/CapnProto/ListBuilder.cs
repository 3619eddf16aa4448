namespace K8sMediaFlow.CapnProto;

/// <summary>A list of numbers or enum values under construction.</summary>
public readonly unsafe ref struct ListBuilder<T> : IListBuilder<ListBuilder<T>>
    where T : unmanaged
{
    internal ListBuilder(byte* start, int count) => Span = new Span<T>(start, count);

    /// <summary>The elements, in the message.</summary>
    public Span<T> Span { get; }

    public int Count => Span.Length;

    public ref T this[int index] => ref Span[index];

    static ListBuilder<T> IPointerBuilder<ListBuilder<T>>.FromPointer(AnyPointerBuilder slot) => slot.GetList<T>();

    static ListBuilder<T> IListBuilder<ListBuilder<T>>.InitPointer(AnyPointerBuilder slot, int count) => slot.InitList<T>(count);
}
