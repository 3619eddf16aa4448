using K8sMediaFlow.Native.Sockets;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>
/// How the bytes of a data connection cross: as they are, or encrypted. One caller at a time; <see cref="StreamSocket.Shutdown"/> of its
/// socket ends a call from another thread.
/// </summary>
internal interface ITcpChannel : IDisposable
{
    StreamSocket Socket { get; }

    /// <summary>
    /// Sends all that the vectors name, which are used up on the way. After an error the connection is of no use.
    /// </summary>
    SocketResult SendAll(Span<MemoryVector> vectors);

    /// <summary>Some bytes, as they come; would-block when the caller's wait has run out, 0 when the peer has closed.</summary>
    /// <exception cref="FabricException"><see cref="FabricError.Corrupted"/>: what came cannot be decrypted.</exception>
    SocketResult Receive(ReadOnlySpan<MemoryVector> vectors, ReceiveWait wait);

    /// <summary>
    /// Whether the peer, who never sends on a data connection, has ended it; a wait may be over before its time.
    /// </summary>
    /// <exception cref="FabricException"><see cref="FabricError.Corrupted"/>: what came cannot be decrypted.</exception>
    bool WaitForEnd(int timeoutMs);

    /// <summary>See <see cref="IFabricSender.IsKeyUsedUp"/>.</summary>
    bool IsKeyUsedUp { get; }
}
