namespace K8sMediaFlow.CapnProto;

/// <inheritdoc cref="MessageReader(byte[], ReadLimits)"/>
public partial struct MessageBuilder
{
    /// <param name="segment0">Takes the root pointer and all that fits: a pinned array, which stays alive as long as the message.</param>
    public MessageBuilder(byte[] segment0)
        : this(segment0.AsSpan()) => _owner = segment0;

    /// <summary>More room, as <see cref="AddSegment(Span{byte})"/>: a pinned array, which stays alive as long as the message.</summary>
    public int AddSegment(byte[] memory)
    {
        var index = AddSegment(memory.AsSpan());
        Keep(memory);
        return index;
    }

    /// <inheritdoc cref="MessageReader.Keep"/>
    public void Keep(object owner) => _owner = MemoryOwners.Join(_owner, owner);
}
