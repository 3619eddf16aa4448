namespace K8sMediaFlow.CapnProto;

/// <summary>
/// Where a struct of a message lies, without a reference to the message: what a class may keep of a reader, to continue with
/// <see cref="MessageReader.At"/> of the same message. Default: the empty struct.
/// </summary>
public readonly unsafe struct StructPlace
{
    internal readonly byte* Data;
    internal readonly int DataBytes;
    internal readonly uint Segment;
    internal readonly int Depth;
    internal readonly ushort PointerCount;

    internal StructPlace(byte* data, int dataBytes, ushort pointerCount, uint segment, int depth)
    {
        Data = data;
        DataBytes = dataBytes;
        PointerCount = pointerCount;
        Segment = segment;
        Depth = depth;
    }

    /// <summary>
    /// What a null pointer leads to. It counts levels too: the schema's defaults are read from here, and can contain themselves.
    /// </summary>
    internal static StructPlace Empty(int depth) => new(null, 0, 0, 0, depth);
}
