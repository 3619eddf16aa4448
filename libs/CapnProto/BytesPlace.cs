namespace K8sMediaFlow.CapnProto;

/// <summary>
/// Where the bytes of a Data lie, found and checked: what a class may keep of a payload. Valid as long as the message's memory is.
/// </summary>
public readonly unsafe struct BytesPlace
{
    private readonly byte* _start;

    internal BytesPlace(byte* start, int lengthBytes)
    {
        _start = start;
        LengthBytes = lengthBytes;
    }

    public int LengthBytes { get; }

    public ReadOnlySpan<byte> Span => new(_start, LengthBytes);
}
