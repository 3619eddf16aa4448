namespace K8sMediaFlow.CapnProto;

/// <summary>Data under construction where a type parameter stands for it; elsewhere it is a span.</summary>
public readonly ref struct DataBuilder : IListBuilder<DataBuilder>
{
    internal DataBuilder(Span<byte> bytes) => Bytes = bytes;

    /// <summary>The bytes, in the message.</summary>
    public Span<byte> Bytes { get; }

    static DataBuilder IPointerBuilder<DataBuilder>.FromPointer(AnyPointerBuilder slot) => new(slot.GetData());

    static DataBuilder IListBuilder<DataBuilder>.InitPointer(AnyPointerBuilder slot, int count)
    {
        var bytes = slot.InitData(count);
        bytes.Clear();
        return new DataBuilder(bytes);
    }
}
