using System.Runtime.InteropServices;

namespace K8sMediaFlow.Native.Libc;

/// <summary>sched_setaffinity(2) and setpriority(2), and their twins, for the calling thread.</summary>
internal static unsafe partial class SchedulerCalls
{
    /// <summary>Bytes of a set of processors: 8192 of them, as many as Linux has at most.</summary>
    internal const int SetBytes = 1024;

    internal const int ThisThread = 0;

    /// <summary>PRIO_PROCESS, which on Linux means one thread.</summary>
    internal const int OfThread = 0;

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int sched_getaffinity(int thread, nuint bytes, byte* set);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int sched_setaffinity(int thread, nuint bytes, byte* set);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int getpriority(int which, int thread);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int setpriority(int which, int thread, int nice);
}
