namespace K8sMediaFlow.Fabric;

/// <summary>
/// The receiving end of one epoch. <see cref="TryReceive"/> belongs to one thread; <see cref="Grant"/> and <see cref="Abort"/> may be
/// called from any. After an error other than a wait that ran out the receiver is finished: abort and dispose it.
/// </summary>
public interface IFabricReceiver : IDisposable
{
    /// <summary>Grants that may be outstanding at once. An area may have more blocks: they are granted as others are used.</summary>
    int GrantsMax { get; }

    /// <summary>
    /// Gives leave for exactly one landing in a block. Call it before the grant is sent to the peer. A slot may be granted again after its
    /// landing.
    /// </summary>
    /// <param name="slot">The caller's name for the block, as the frame header will repeat it.</param>
    /// <param name="offsetBytes">Start of the block in the area, 64-byte aligned.</param>
    /// <param name="sizeBytes">Room in the block, at least a header (256).</param>
    void Grant(uint slot, long offsetBytes, int sizeBytes);

    /// <summary>
    /// Takes the next landing, in the order of the writes. False when none was complete within <paramref name="wait"/> (zero: never waits);
    /// a frame that has landed in part is gone on with at the next call. The header at the block's start is checked for magic, epoch, slot
    /// and length only; the rest of it is the peer's word.
    /// </summary>
    /// <exception cref="FabricException"><see cref="FabricError.PeerGone"/>; <see cref="FabricError.GrantViolation"/> (slot not granted,
    /// granted leave already used, larger than the grant), <see cref="FabricError.Malformed"/>: nothing of such a frame has been written
    /// into the area on Tcp and Simulated; <see cref="FabricError.Corrupted"/> (the landed bytes do not have their checksum);
    /// <see cref="FabricError.Aborted"/>.</exception>
    bool TryReceive(out Landing landing, TimeSpan wait);

    /// <summary>Ends the epoch. When it returns nothing lands in the area any more, whatever the peer does. Idempotent.</summary>
    void Abort();
}

/// <summary>A frame that is whole in a granted block.</summary>
/// <param name="Slot">The slot of the grant that it used up.</param>
/// <param name="LengthBytes">Header and padded segments: a multiple of 64, at least 256.</param>
public readonly record struct Landing(uint Slot, int LengthBytes);
