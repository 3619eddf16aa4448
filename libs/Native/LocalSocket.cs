using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native;

/// <summary>AF_UNIX SOCK_SEQPACKET: datagrams in order over a connection, with descriptors beside the bytes.</summary>
/// <remarks>One thread may send while another receives.</remarks>
public sealed unsafe class LocalSocket : IDisposable
{
    /// <summary>No datagram carries more descriptors than this.</summary>
    public const int DescriptorsMax = 16;

    /// <summary>What <see cref="Receive"/> returns when nothing came in time.</summary>
    public const int TimedOut = -1;

    private const int ControlHeaderBytes = 16;
    private const int ControlBytes = ControlHeaderBytes + (DescriptorsMax * sizeof(int));
    private const int RetryMs = 10;

    private readonly Descriptor _descriptor;

    internal LocalSocket(Descriptor descriptor) => _descriptor = descriptor;

    public int Descriptor => _descriptor.Number;

    /// <summary>Process id of the peer at the time that it connected, as the kernel noted it.</summary>
    public int PeerProcessId
    {
        get
        {
            SocketCalls.ucred peer;
            var length = (uint)sizeof(SocketCalls.ucred);
            if (SocketCalls.getsockopt(Descriptor, SocketCalls.SOL_SOCKET, SocketCalls.SO_PEERCRED, &peer, &length) != 0)
                throw NativeException.Last("getsockopt(SO_PEERCRED)");
            return peer.pid;
        }
    }

    /// <summary>
    /// The peer has closed, or has died, or one of the two has shut the connection down; what it sent before can still be received.
    /// </summary>
    public bool HasPeerLeft => Readiness.IsHungUp(Descriptor);

    /// <summary>
    /// Connects, and waits until <paramref name="timeout"/> for a listener to be there: processes of a pod start in any order.
    /// </summary>
    /// <exception cref="NativeException">ENOENT or ECONNREFUSED: no process listened in time.</exception>
    public static LocalSocket Connect(string path, TimeSpan timeout)
    {
        var address = LocalAddress.Of(path);
        var deadlineMs = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (true)
        {
            var descriptor = LocalAddress.NewSocket();
            if (SocketCalls.connect(descriptor.Number, &address, (uint)sizeof(SocketCalls.sockaddr_un)) == 0)
                return new LocalSocket(descriptor);
            var failure = NativeException.Last("connect", path);
            descriptor.Dispose();
            var mayCome = failure.Errno is Errno.ENOENT or Errno.ECONNREFUSED or Errno.EAGAIN or Errno.EINTR;
            if (!mayCome || Environment.TickCount64 >= deadlineMs)
                throw failure;
            Thread.Sleep(RetryMs);
        }
    }

    /// <summary>Two sockets connected to each other.</summary>
    public static (LocalSocket First, LocalSocket Second) Pair()
    {
        var pair = stackalloc int[2];
        if (SocketCalls.socketpair(SocketCalls.AF_UNIX, SocketCalls.SOCK_SEQPACKET | SocketCalls.SOCK_CLOEXEC | SocketCalls.SOCK_NONBLOCK,
            0, pair) != 0)
            throw NativeException.Last("socketpair");
        return (new LocalSocket(new Descriptor(pair[0])), new LocalSocket(new Descriptor(pair[1])));
    }

    /// <summary>Sends one datagram, whole or not at all. The descriptors stay the caller's; the peer gets duplicates.</summary>
    /// <exception cref="NativeException">ETIMEDOUT: the peer does not read; <see cref="NativeException.IsPeerGone"/>.</exception>
    public void Send(ReadOnlySpan<byte> message, ReadOnlySpan<int> descriptors = default, int timeoutMs = 5000)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, DescriptorsMax);
        ArgumentOutOfRangeException.ThrowIfZero(message.Length);
        var control = stackalloc byte[ControlBytes];
        fixed (byte* bytes = message)
        {
            var part = new SocketCalls.iovec { iov_base = bytes, iov_len = (nuint)message.Length };
            var header = new SocketCalls.msghdr { msg_iov = &part, msg_iovlen = 1 };
            if (descriptors.Length > 0)
                Attach(ref header, control, descriptors);
            SendWhole(&header, timeoutMs);
        }
    }

    /// <summary>Receives one datagram and its descriptors, which become the caller's to close and are close-on-exec.</summary>
    /// <param name="count">How many descriptors came.</param>
    /// <param name="timeoutMs">Negative: no limit.</param>
    /// <returns>Its length; 0 when the peer has closed, or sent a datagram of no bytes; <see cref="TimedOut"/>.</returns>
    /// <exception cref="NativeException">EMSGSIZE: the datagram or its descriptors did not fit; nothing of it is kept.</exception>
    /// <remarks>
    /// Descriptors come with a datagram of no bytes too. A caller that expects none gives no room for them: the kernel then opens none in
    /// this process.
    /// </remarks>
    public int Receive(Span<byte> message, Span<int> descriptors, out int count, int timeoutMs)
    {
        count = 0;
        if (!Readiness.WaitReadable(Descriptor, timeoutMs))
            return TimedOut;
        var control = stackalloc byte[ControlBytes];
        fixed (byte* bytes = message)
        {
            var part = new SocketCalls.iovec { iov_base = bytes, iov_len = (nuint)message.Length };
            var header = new SocketCalls.msghdr { msg_iov = &part, msg_iovlen = 1 };
            if (descriptors.Length > 0)
            {
                header.msg_control = control;
                header.msg_controllen = ControlBytes;
            }
            var received = ReceiveOnce(&header);
            if (received >= 0)
                count = Detach(in header, received == 0 ? default : descriptors);
            return received;
        }
    }

    /// <summary>Ends both directions: the peer and our own waiting thread see the close at once.</summary>
    public void Shutdown() => _ = SocketCalls.shutdown(Descriptor, SocketCalls.SHUT_RDWR);

    public void Dispose() => _descriptor.Dispose();

    private static void Attach(ref SocketCalls.msghdr header, byte* control, ReadOnlySpan<int> descriptors)
    {
        var lengthBytes = ControlHeaderBytes + (descriptors.Length * sizeof(int));
        *(SocketCalls.cmsghdr*)control = new SocketCalls.cmsghdr
        {
            cmsg_len = (nuint)lengthBytes,
            cmsg_level = SocketCalls.SOL_SOCKET,
            cmsg_type = SocketCalls.SCM_RIGHTS,
        };
        descriptors.CopyTo(new Span<int>(control + ControlHeaderBytes, DescriptorsMax));
        header.msg_control = control;
        header.msg_controllen = (nuint)((lengthBytes + 7) & ~7);
    }

    private void SendWhole(SocketCalls.msghdr* header, int timeoutMs)
    {
        while (SocketCalls.sendmsg(Descriptor, header, SocketCalls.MSG_NOSIGNAL) < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.EINTR)
                continue;
            if (errno != Errno.EAGAIN)
                throw new NativeException("sendmsg", errno);
            if (!Readiness.WaitWritable(Descriptor, timeoutMs))
                throw new NativeException("sendmsg", Errno.ETIMEDOUT, "the peer does not read");
        }
    }

    private int ReceiveOnce(SocketCalls.msghdr* header)
    {
        while (true)
        {
            var received = SocketCalls.recvmsg(Descriptor, header, SocketCalls.MSG_CMSG_CLOEXEC);
            if (received >= 0)
                return (int)received;
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.EAGAIN)
                return TimedOut;
            // A peer that closes with something unread resets the connection. The kernel says so once, before what the peer had sent: its
            // last word comes behind it, and then the end.
            if (errno is not (Errno.EINTR or Errno.ECONNRESET))
                throw new NativeException("recvmsg", errno);
        }
    }

    private static int Detach(in SocketCalls.msghdr header, Span<int> descriptors)
    {
        var control = (SocketCalls.cmsghdr*)header.msg_control;
        var hasRights = header.msg_controllen >= ControlHeaderBytes
            && control->cmsg_level == SocketCalls.SOL_SOCKET && control->cmsg_type == SocketCalls.SCM_RIGHTS;
        var count = hasRights ? ((int)control->cmsg_len - ControlHeaderBytes) / sizeof(int) : 0;
        var came = new ReadOnlySpan<int>((byte*)control + ControlHeaderBytes, count);
        var isCut = (header.msg_flags & (SocketCalls.MSG_TRUNC | SocketCalls.MSG_CTRUNC)) != 0;
        if (!isCut && count <= descriptors.Length)
        {
            came.CopyTo(descriptors);
            return count;
        }
        foreach (var descriptor in came)
            _ = FileCalls.close(descriptor);
        throw new NativeException("recvmsg", Errno.EMSGSIZE, "the peer sent more bytes or descriptors than the protocol allows");
    }
}
