namespace K8sMediaFlow.Links.Contract;

/// <summary>What an inbound link fills: owner of the landing region and of the channels behind it.</summary>
/// <remarks>
/// A block belongs to the sink until <see cref="TryTakeBlock"/> gives it away, to the link until <see cref="GiveBack"/> or a
/// <see cref="TryDeliver"/> that answers true, then to the sink again. Slots are numbers below <see cref="SlotCount"/>, one per block.
/// TryDeliver calls never overlap; the other members may be called by another thread meanwhile.
/// </remarks>
public interface ILinkSink
{
    /// <summary>Start of the landing area in this process's memory; offsets of blocks count from here.</summary>
    nint AreaAddress { get; }

    /// <summary>Length of the landing area.</summary>
    long AreaLengthBytes { get; }

    /// <summary>Blocks in the landing area.</summary>
    int SlotCount { get; }

    /// <summary>Size of the largest block: no frame larger than this (header and padding counted) can ever cross.</summary>
    int LargestBlockBytes { get; }

    /// <summary>The landing area's bytes, for the link to check what landed.</summary>
    ReadOnlySpan<byte> Read(long offset, int lengthBytes);

    /// <summary>Called once, before all else: where the sink reports returns.</summary>
    void Bind(ILinkReceiver receiver);

    /// <summary>
    /// Takes a free block to grant; false when none is free now (<see cref="ILinkReceiver.Returned"/> makes the link ask again).
    /// </summary>
    bool TryTakeBlock(out uint slot, out long offset, out int sizeBytes);

    /// <summary>Frees a block in which nothing landed, or whose landing is not delivered.</summary>
    void GiveBack(uint slot);

    /// <summary>Delivers the next frame in link order: header checked, edge age completed by half the round trip, segments in the block at
    /// the header's offsets. False: no room now; the link asks again after Returned, Done or Retry. Gaps and ends of stream come in a block
    /// too.</summary>
    /// <param name="header">As it came, except for the edge age.</param>
    /// <param name="slot">The block that it lies in.</param>
    /// <param name="ticket">Names the delivery in <see cref="ILinkReceiver.Done"/>; unique over restarts of the sender.</param>
    bool TryDeliver(in FrameHeader header, uint slot, ulong ticket);
}

/// <summary>What a sink tells its link. Any thread, any time; returns at once.</summary>
public interface ILinkReceiver
{
    /// <summary>The bytes of a delivered frame are needed no more and its block is free again (free it first, then call).</summary>
    void Returned(uint slot);

    /// <summary>
    /// All that derives from the delivery is done: the sender may forget it. Once per ticket; a ticket of a sender that has died is
    /// ignored.
    /// </summary>
    void Done(ulong ticket);

    /// <summary>A refused delivery may succeed now.</summary>
    void Retry();
}
