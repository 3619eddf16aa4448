using System.Runtime.InteropServices;

namespace K8sMediaFlow.Native.Libc;

/// <summary>Descriptors, pipes and poll(2).</summary>
internal static unsafe partial class FileCalls
{
    internal const string Library = "libc";

    internal const int O_RDONLY = 0;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_CLOEXEC = 0x80000;
    internal const int F_GETFL = 3;
    internal const int F_SETFL = 4;
    internal const int F_DUPFD_CLOEXEC = 1030;
    internal const int F_SETPIPE_SZ = 1031;
    internal const int F_GETPIPE_SZ = 1032;
    internal const int F_ADD_SEALS = 1033;
    internal const int F_GET_SEALS = 1034;
    internal const int SEEK_END = 2;
    internal const nuint FIONREAD = 0x541B;
    internal const uint SPLICE_F_NONBLOCK = 2;
    internal const short POLLIN = 1;
    internal const short POLLHUP = 16;
    internal const short POLLOUT = 4;

    internal struct pollfd
    {
        public int fd;
        public short events;
        public short revents;
    }

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int close(int fd);

    /// <summary>
    /// fcntl(2) with an int argument. Variadic in C; on Linux's x86-64 and arm64 conventions the third argument travels in the same
    /// register.
    /// </summary>
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int open(byte* path, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int unlink(byte* path);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int chmod(byte* path, uint mode);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial long lseek(int fd, long offset, int whence);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int pipe2(int* ends, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint read(int fd, void* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint write(int fd, void* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint vmsplice(int fd, SocketCalls.iovec* segments, nuint count, uint flags);

    /// <summary>ioctl(2) with a pointer. Variadic in C: see <see cref="fcntl"/>.</summary>
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ioctl(int fd, nuint request, void* argument);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int poll(pollfd* fds, nuint count, int timeoutMs);
}
