namespace K8sMediaFlow.Fabric;

/// <summary>
/// The sending end of one epoch. <see cref="Write"/> and <see cref="Poll"/> belong to one thread; <see cref="Abort"/> may be called from
/// any. After an error other than <see cref="FabricError.TooLarge"/> the sender is finished: abort and dispose it. Disposing without
/// aborting lets what was written land, if the peer reads on; aborting makes no such promise.
/// </summary>
public interface IFabricSender : IDisposable
{
    /// <summary>Writes that <see cref="Poll"/> has not reported yet: at most <see cref="FabricOptions.WritesInFlightMax"/>.</summary>
    int WritesInFlight { get; }

    /// <summary>
    /// What it encrypts with has been used as often as is safe: end the epoch and open a new one. Any thread; never on a fabric that does
    /// not encrypt.
    /// </summary>
    bool IsKeyUsedUp => false;

    /// <summary>
    /// Writes one frame into a granted block: the header, then each segment at the next multiple of 64, padded with zeroes. The header is
    /// copied before the call returns; the segments' memory must stay as it is until <see cref="Poll"/> reports <paramref name="tag"/> or
    /// <see cref="Abort"/> has returned. On Tcp the call blocks while the network takes no more, at most
    /// <see cref="FabricOptions.WriteTimeout"/>; on Verbs it posts and returns.
    /// </summary>
    /// <param name="slot">Slot of the grant; the header must say the same.</param>
    /// <param name="offsetBytes">Offset of the grant; the peer's own table decides where a fabric has the choice.</param>
    /// <param name="sizeBytes">Size of the grant.</param>
    /// <param name="header">256 bytes as docs/reference/wire-formats.md section 5 says; epoch, slot and total length must be right.</param>
    /// <param name="segments">At most three; an empty one takes no room.</param>
    /// <param name="tag">The caller's name for this write.</param>
    /// <exception cref="FabricException"><see cref="FabricError.TooLarge"/>: the frame does not fit <paramref name="sizeBytes"/>, nothing
    /// was sent;
    /// <see cref="FabricError.PeerGone"/>; <see cref="FabricError.Deadline"/>; <see cref="FabricError.Aborted"/>.</exception>
    /// <exception cref="InvalidOperationException">The caller's own error: too many writes in flight, or a header that contradicts the
    /// call.</exception>
    void Write(uint slot, long offsetBytes, int sizeBytes, ReadOnlySpan<byte> header, ReadOnlySpan<MemoryPart> segments, ulong tag);

    /// <summary>
    /// Reports writes whose memory is free again, oldest first: never that they landed. Returns how many tags it wrote; 0 when none became
    /// free within <paramref name="wait"/>. It also notices a peer that went away.
    /// </summary>
    /// <exception cref="FabricException"><see cref="FabricError.PeerGone"/>, <see cref="FabricError.Aborted"/>.</exception>
    int Poll(Span<ulong> completedTags, TimeSpan wait);

    /// <summary>Ends the epoch. When it returns no segment's memory is read any more. Idempotent.</summary>
    void Abort();
}

/// <summary>Local memory that a write reads from.</summary>
public readonly record struct MemoryPart(nint Address, int LengthBytes);
