namespace K8sMediaFlow.CapnProto;

/// <summary>
/// A list of pointers of one kind under construction: <c>PointerListBuilder&lt;ListBuilder&lt;short&gt;&gt;</c> is a List(List(Int16)).
/// </summary>
public readonly ref struct PointerListBuilder<T> : IListBuilder<PointerListBuilder<T>>
    where T : IPointerBuilder<T>, allows ref struct
{
    public PointerListBuilder(PointerListBuilder list) => Raw = list;

    /// <summary>The list, untyped.</summary>
    public PointerListBuilder Raw { get; }

    public int Count => Raw.Count;

    /// <summary>What the element holds already.</summary>
    public T this[int index] => T.FromPointer(Raw[index]);

    static PointerListBuilder<T> IPointerBuilder<PointerListBuilder<T>>.FromPointer(AnyPointerBuilder slot) => new(slot.GetPointers());

    static PointerListBuilder<T> IListBuilder<PointerListBuilder<T>>.InitPointer(AnyPointerBuilder slot, int count) =>
        new(slot.InitPointers(count));
}
