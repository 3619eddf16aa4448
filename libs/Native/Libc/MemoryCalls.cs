using System.Runtime.InteropServices;

namespace K8sMediaFlow.Native.Libc;

/// <summary>memfd_create(2), mmap(2) and their kin.</summary>
internal static unsafe partial class MemoryCalls
{
    internal const uint MFD_CLOEXEC = 1;
    internal const uint MFD_ALLOW_SEALING = 2;
    internal const uint MFD_HUGETLB = 4;
    internal const uint MFD_NOEXEC_SEAL = 8;
    internal const int MFD_HUGE_SHIFT = 26;
    internal const int PROT_READ = 1;
    internal const int PROT_WRITE = 2;
    internal const int MAP_SHARED = 1;
    internal const int MAP_POPULATE = 0x8000;
    internal const int MADV_POPULATE_READ = 22;
    internal const int MADV_POPULATE_WRITE = 23;

    internal static readonly void* MAP_FAILED = (void*)-1;

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int memfd_create(byte* name, uint flags);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int ftruncate(int fd, long length);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int fallocate(int fd, int mode, long offset, long length);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial void* mmap(void* address, nuint length, int protection, int flags, int fd, long offset);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int munmap(void* address, nuint length);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int madvise(void* address, nuint length, int advice);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int mprotect(void* address, nuint length, int protection);
}
