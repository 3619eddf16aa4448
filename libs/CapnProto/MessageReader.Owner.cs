namespace K8sMediaFlow.CapnProto;

/// <summary>
/// Memory that the garbage collector owns. Segments and readers are addresses, which keep nothing alive, so the message holds the owner;
/// and as long as a method's local message was passed to other code by reference, as to every reader, it lives to the method's end.
/// </summary>
public partial struct MessageReader
{
    /// <param name="segment0">The segment with the root pointer: a pinned array, which stays alive as long as the message.</param>
    /// <param name="limits">What reading may cost.</param>
    public MessageReader(byte[] segment0, ReadLimits limits)
        : this(segment0.AsSpan(), limits) => _owner = segment0;

    /// <summary>Adds the next segment: a pinned array, which stays alive as long as the message.</summary>
    public void AddSegment(byte[] memory)
    {
        AddSegment(memory.AsSpan());
        Keep(memory);
    }

    /// <summary>
    /// Keeps an object alive as long as the message, or until it is <see cref="Reset"/>: the owner of memory that was given as a span or
    /// by its address.
    /// </summary>
    public void Keep(object owner) => _owner = MemoryOwners.Join(_owner, owner);

    /// <summary>The reader of what a builder has built keeps what the builder keeps.</summary>
    internal static MessageReader Of(object? owner, ReadLimits limits) => new(limits) { _owner = owner };
}
