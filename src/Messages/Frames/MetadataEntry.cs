namespace K8sMediaFlow.Messages;

/// <summary>One entry: a name and a value, the bytes of both in the store.</summary>
internal struct MetadataEntry
{
    public MetadataBytes Name;
    public MetadataBytes Value;
    public FrameMessage.Metadata.Which Kind;
    public long Bits;
}

/// <summary>A run of bytes of the store; an index, since the store's array may grow and move.</summary>
internal readonly record struct MetadataBytes(int Offset, int Length);
