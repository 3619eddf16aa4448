using System.Runtime.InteropServices;

namespace K8sMediaFlow.Native.Libc;

/// <summary>futex(2), eventfd(2) and epoll(7).</summary>
internal static unsafe partial class EventCalls
{
    internal const int FUTEX_WAIT = 0;
    internal const int FUTEX_WAKE = 1;
    internal const int EFD_CLOEXEC = 0x80000;
    internal const int EFD_NONBLOCK = 0x800;
    internal const int EPOLL_CLOEXEC = 0x80000;
    internal const int EPOLL_CTL_ADD = 1;
    internal const int EPOLL_CTL_DEL = 2;
    internal const uint EPOLLIN = 1;
    internal const uint EPOLLRDHUP = 0x2000;
    internal const uint EPOLLET = 1u << 31;

    internal struct timespec
    {
        public long tv_sec;
        public long tv_nsec;
    }

    /// <summary>glibc exports no futex function: the call goes through syscall(2).</summary>
    internal static nint SYS_futex { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 98 : 202;

    // SetLastError costs nothing that matters beside a sleep or a wake.
    [LibraryImport(FileCalls.Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint futex(nint number, uint* word, int operation, uint value, timespec* timeout, nint unused2, nint unused3);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int eventfd(uint initial, int flags);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int epoll_create1(int flags);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int epoll_ctl(int epoll, int operation, int fd, void* epollEvent);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int epoll_wait(int epoll, void* events, int count, int timeoutMs);
}
