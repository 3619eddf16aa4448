using K8sMediaFlow.Native.Sockets;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>Bytes as they are, straight from and to the caller's memory.</summary>
internal sealed class PlainChannel(StreamSocket socket) : ITcpChannel
{
    private TimeSpan _receiveTimeout;

    public StreamSocket Socket => socket;

    public bool IsKeyUsedUp => false;

    public SocketResult SendAll(Span<MemoryVector> vectors) => socket.SendAll(vectors);

    public SocketResult Receive(ReadOnlySpan<MemoryVector> vectors, ReceiveWait wait)
    {
        var next = wait.Next();
        if (next < TimeSpan.Zero)
            return SocketResult.NothingYet;
        if (next > TimeSpan.Zero)
            SetReceiveTimeout(wait.Whole);
        return socket.Receive(vectors, waits: next > TimeSpan.Zero);
    }

    public bool WaitForEnd(int timeoutMs) => socket.WaitForPeer(timeoutMs);

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
