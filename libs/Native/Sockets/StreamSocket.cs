using System.Net;
using System.Runtime.InteropServices;
using static K8sMediaFlow.Native.Sockets.LibcSockets;

namespace K8sMediaFlow.Native.Sockets;

/// <summary>
/// A TCP socket used by blocking calls on the caller's thread. Not .NET's Socket: that one sets descriptors non-blocking and parks
/// them in an epoll engine of its own once an asynchronous call has touched them, copies its buffer lists per call, and cannot say
/// TCP_CONGESTION. Safety: <see cref="Dispose"/> must not run beside another call (the descriptor's number might
/// be reused at once); <see cref="Shutdown"/> may, and makes the others return.
/// </summary>
public sealed unsafe class StreamSocket : IDisposable
{
    private readonly int _descriptor;
    private bool _isDisposed;

    private StreamSocket(int descriptor) => _descriptor = descriptor;

    /// <summary>Send and receive calls made so far: what the tests of system calls per frame count.</summary>
    public long TransferCalls { get; private set; }

    internal int Descriptor => _descriptor;

    /// <summary>
    /// Opens a listening socket; on failure the result says why and the socket is null. <paramref name="prepare"/> sets options
    /// first: accepted sockets inherit them.
    /// </summary>
    public static StreamSocket? Listen(IPEndPoint endpoint, int backlog, Action<StreamSocket> prepare, out SocketResult result)
    {
        var listener = Open(endpoint.Address, prepare, out result);
        if (listener is null)
            return null;
        listener.SetOption(SOL_SOCKET, SO_REUSEADDR, 1);
        var address = stackalloc byte[SocketAddress.SizeBytesMax];
        var length = (uint)SocketAddress.Write(endpoint, new Span<byte>(address, SocketAddress.SizeBytesMax));
        result = Result(bind(listener._descriptor, address, length));
        if (!result.IsError)
            result = Result(listen(listener._descriptor, backlog));
        return listener.Unless(result);
    }

    /// <summary>
    /// Connects within the timeout. <paramref name="prepare"/> sets options before the handshake, since buffers and congestion control
    /// matter from the first segment.
    /// </summary>
    public static StreamSocket? Connect(IPEndPoint endpoint, int timeoutMs, Action<StreamSocket> prepare, out SocketResult result)
    {
        var connecting = Open(endpoint.Address, prepare, out result);
        if (connecting is null)
            return null;
        result = connecting.ConnectWithin(endpoint, timeoutMs);
        return connecting.Unless(result);
    }

    /// <summary>Takes one waiting connection without waiting; null with EAGAIN when there is none.</summary>
    public StreamSocket? Accept(out SocketResult result)
    {
        result = Result(accept4(_descriptor, null, null, SOCK_CLOEXEC));
        return result.IsError ? null : new StreamSocket(result.Bytes);
    }

    public IPEndPoint LocalEndpoint()
    {
        var address = stackalloc byte[SocketAddress.SizeBytesMax];
        var length = (uint)SocketAddress.SizeBytesMax;
        _ = getsockname(_descriptor, address, &length);
        return SocketAddress.Read(new ReadOnlySpan<byte>(address, SocketAddress.SizeBytesMax));
    }

    /// <summary>
    /// Sends all that the vectors name, going on after partial sends: the vectors are used up on the way. An error may come after some
    /// bytes have gone; the connection is then of no use.
    /// </summary>
    public SocketResult SendAll(Span<MemoryVector> vectors)
    {
        fixed (MemoryVector* first = vectors)
        {
            var message = new msghdr { msg_iov = first, msg_iovlen = (nuint)vectors.Length };
            long total = 0;
            while (message.msg_iovlen > 0)
            {
                TransferCalls++;
                var sent = Result(sendmsg(_descriptor, &message, MSG_NOSIGNAL));
                if (sent.Errno == EINTR)
                    continue;
                if (sent.IsError)
                    return sent;
                total += sent.Bytes;
                Skip(ref message, sent.Bytes);
            }
            return new SocketResult(total);
        }
    }

    /// <summary>
    /// One receive into the vectors in order, with what has come: waits for the first byte as long as the receive timeout says.
    /// </summary>
    public SocketResult Receive(ReadOnlySpan<MemoryVector> vectors, bool waits) => Receive(vectors, waits ? 0 : MSG_DONTWAIT);

    /// <summary>Whether the peer has closed or the connection failed within the wait (an incoming byte counts as well).</summary>
    public bool WaitForPeer(int timeoutMs)
    {
        var descriptor = new pollfd { fd = _descriptor, events = POLLIN | POLLRDHUP };
        return poll(&descriptor, 1, timeoutMs) > 0;
    }

    /// <summary>Ends both directions; a call that blocks in another thread returns.</summary>
    public void Shutdown() => _ = shutdown(_descriptor, SHUT_RDWR);

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _ = close(_descriptor);
    }

    internal SocketResult SetOption<T>(int level, int name, T value) where T : unmanaged =>
        Result(setsockopt(_descriptor, level, name, &value, (uint)sizeof(T)));

    internal static SocketResult Result(nint returned) => new(returned < 0 ? -Marshal.GetLastPInvokeError() : returned);

    private static StreamSocket? Open(IPAddress address, Action<StreamSocket> prepare, out SocketResult result)
    {
        result = Result(socket(SocketAddress.Family(address), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (result.IsError)
            return null;
        var opened = new StreamSocket(result.Bytes);
        try
        {
            prepare(opened);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private StreamSocket? Unless(SocketResult failure)
    {
        if (!failure.IsError)
            return this;
        Dispose();
        return null;
    }

    private SocketResult ConnectWithin(IPEndPoint endpoint, int timeoutMs)
    {
        var address = stackalloc byte[SocketAddress.SizeBytesMax];
        var length = (uint)SocketAddress.Write(endpoint, new Span<byte>(address, SocketAddress.SizeBytesMax));
        var result = Result(connect(_descriptor, address, length));
        if (result.Errno == EINPROGRESS)
            result = AwaitConnection(timeoutMs);
        _ = fcntl(_descriptor, F_SETFL, fcntl(_descriptor, F_GETFL, 0) & ~O_NONBLOCK);
        return result;
    }

    private SocketResult AwaitConnection(int timeoutMs)
    {
        var descriptor = new pollfd { fd = _descriptor, events = POLLOUT };
        if (poll(&descriptor, 1, timeoutMs) <= 0)
            return new SocketResult(-ETIMEDOUT);
        int error;
        uint length = sizeof(int);
        _ = getsockopt(_descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
        return new SocketResult(-error);
    }

    private SocketResult Receive(ReadOnlySpan<MemoryVector> vectors, int flags)
    {
        fixed (MemoryVector* first = vectors)
        {
            var message = new msghdr { msg_iov = first, msg_iovlen = (nuint)vectors.Length };
            SocketResult result;
            do
            {
                TransferCalls++;
                result = Result(recvmsg(_descriptor, &message, flags));
            }
            while (result.Errno == EINTR);
            return result;
        }
    }

    private static void Skip(ref msghdr message, long sentBytes)
    {
        while (message.msg_iovlen > 0 && sentBytes >= message.msg_iov->LengthBytes)
        {
            sentBytes -= message.msg_iov->LengthBytes;
            message.msg_iov++;
            message.msg_iovlen--;
        }
        if (message.msg_iovlen == 0)
            return;
        message.msg_iov->Address += (nint)sentBytes;
        message.msg_iov->LengthBytes -= (nint)sentBytes;
    }
}
