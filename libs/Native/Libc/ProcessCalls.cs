using System.Runtime.InteropServices;

namespace K8sMediaFlow.Native.Libc;

/// <summary>posix_spawn(3) and waiting. The opaque structs are given room beyond what glibc (80, 336) and musl need.</summary>
internal static unsafe partial class ProcessCalls
{
    internal const int OpaqueBytes = 512;
    internal const short POSIX_SPAWN_SETPGROUP = 0x02;
    internal const short POSIX_SPAWN_SETSIGDEF = 0x04;
    internal const short POSIX_SPAWN_SETSIGMASK = 0x08;
    internal const int P_PID = 1;
    internal const int WEXITED = 4;
    internal const int WNOWAIT = 0x01000000;

    [LibraryImport(FileCalls.Library)]
    internal static partial int posix_spawn(int* pid, byte* path, void* fileActions, void* attributes, byte** arguments,
        byte** environment);

    [LibraryImport(FileCalls.Library)]
    internal static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport(FileCalls.Library)]
    internal static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport(FileCalls.Library)]
    internal static partial int posix_spawn_file_actions_adddup2(void* actions, int from, int to);

    [LibraryImport(FileCalls.Library)]
    internal static partial int posix_spawn_file_actions_addchdir_np(void* actions, byte* path);

    [LibraryImport(FileCalls.Library)]
    internal static partial int posix_spawnattr_init(void* attributes);

    [LibraryImport(FileCalls.Library)]
    internal static partial int posix_spawnattr_destroy(void* attributes);

    [LibraryImport(FileCalls.Library)]
    internal static partial int posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport(FileCalls.Library)]
    internal static partial int posix_spawnattr_setsigdefault(void* attributes, void* signals);

    [LibraryImport(FileCalls.Library)]
    internal static partial int posix_spawnattr_setsigmask(void* attributes, void* signals);

    [LibraryImport(FileCalls.Library)]
    internal static partial int posix_spawnattr_setpgroup(void* attributes, int group);

    [LibraryImport(FileCalls.Library)]
    internal static partial int sigemptyset(void* signals);

    [LibraryImport(FileCalls.Library)]
    internal static partial int sigaddset(void* signals, int signal);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int waitid(int kind, int id, void* information, int options);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int waitpid(int pid, int* status, int options);

    [LibraryImport(FileCalls.Library, SetLastError = true)]
    internal static partial int kill(int pid, int signal);
}
