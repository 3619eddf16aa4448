using System.Runtime.InteropServices;

// C names stay C names here.
#pragma warning disable CS8981

namespace K8sMediaFlow.Native.Sockets;

/// <summary>
/// The socket calls of libc, under their C names. Structures: netinet/in.h, sys/uio.h, sys/socket.h, poll.h (Linux, 64-bit).
/// </summary>
internal static unsafe partial class LibcSockets
{
    private const string Library = "libc";

    internal const int AF_INET = 2, AF_INET6 = 10, SOCK_STREAM = 1, SOCK_NONBLOCK = 0x800, SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_ERROR = 4, SO_SNDBUF = 7, SO_RCVBUF = 8, SO_LINGER = 13, SO_RCVTIMEO = 20,
        SO_SNDTIMEO = 21;
    internal const int IPPROTO_TCP = 6, TCP_NODELAY = 1, TCP_CONGESTION = 13, TCP_USER_TIMEOUT = 18;
    internal const int MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000;
    internal const int SHUT_RDWR = 2, F_GETFL = 3, F_SETFL = 4, O_NONBLOCK = 0x800;
    internal const short POLLIN = 1, POLLOUT = 4, POLLRDHUP = 0x2000;
    internal const int EINTR = 4, EAGAIN = 11, EINVAL = 22, EINPROGRESS = 115, ETIMEDOUT = 110;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int socket(int domain, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int bind(int fd, byte* address, uint length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int listen(int fd, int backlog);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int accept4(int fd, byte* address, uint* length, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int connect(int fd, byte* address, uint length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int getsockname(int fd, byte* address, uint* length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setsockopt(int fd, int level, int name, void* value, uint length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int getsockopt(int fd, int level, int name, void* value, uint* length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint sendmsg(int fd, msghdr* message, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint recvmsg(int fd, msghdr* message, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int shutdown(int fd, int how);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int poll(pollfd* descriptors, nuint count, int timeoutMs);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int close(int fd);

    /// <summary>msghdr: name, vectors, control, flags; lengths are size_t but the name's.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct msghdr
    {
        public void* msg_name;
        public uint msg_namelen;
        public MemoryVector* msg_iov;
        public nuint msg_iovlen;
        public void* msg_control;
        public nuint msg_controllen;
        public int msg_flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct pollfd
    {
        public int fd;
        public short events;
        public short revents;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct timeval
    {
        public long tv_sec;
        public long tv_usec;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct linger
    {
        public int l_onoff;
        public int l_linger;
    }
}

/// <summary>struct iovec: memory that one call sends from or receives into.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct MemoryVector(nint address, int lengthBytes)
{
    public nint Address = address;
    public nint LengthBytes = lengthBytes;
}
