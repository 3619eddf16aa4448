using K8sMediaFlow.Native.Sockets;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>Bytes as they are, straight from and to the caller's memory.</summary>
internal sealed class PlainChannel(StreamSocket socket) : ITcpChannel
{
    private TimeSpan _receiveTimeout;

    public StreamSocket Socket => socket;

    public bool IsKeyUsedUp => false;

    public SocketResult SendAll(Span<MemoryVector> vectors) => socket.SendAll(vectors);

    public SocketResult Receive(ReadOnlySpan<MemoryVector> vectors, Patience patience)
    {
        var wait = patience.Next();
        if (wait < TimeSpan.Zero)
            return SocketResult.NothingYet;
        if (wait > TimeSpan.Zero)
            SetReceiveTimeout(patience.Whole);
        return socket.Receive(vectors, waits: wait > TimeSpan.Zero);
    }

    public void Dispose() => socket.Dispose();

    /// <summary>The socket keeps its timeout, and callers ask with the same wait again and again: one call in a link's life.</summary>
    private void SetReceiveTimeout(TimeSpan timeout)
    {
        if (timeout == _receiveTimeout)
            return;
        _receiveTimeout = timeout;
        socket.SetReceiveTimeout(timeout);
    }
}
