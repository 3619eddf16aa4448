namespace K8sMediaFlow.CapnProto;

/// <summary>Data where a type parameter stands for it; elsewhere data is a span.</summary>
public readonly ref struct DataReader : IPointerReader<DataReader>
{
    public DataReader(ReadOnlySpan<byte> bytes) => Bytes = bytes;

    /// <summary>The bytes, in the message.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    public static implicit operator ReadOnlySpan<byte>(DataReader data) => data.Bytes;

    static DataReader IPointerReader<DataReader>.FromPointer(AnyPointerReader slot) => new(slot.AsData());
}
