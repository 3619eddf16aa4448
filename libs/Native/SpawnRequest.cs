using System.Collections;
using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native;

/// <summary>Arguments, environment and descriptors of a child as C wants them.</summary>
internal sealed unsafe class SpawnRequest
{
    private const int SignalsMax = 64;

    // Duplicates get numbers above any that a child is given, so that no dup2 overwrites a source that is still to come.
    private const int DuplicatesFrom = 256;

    // setpriv sets the death signal only after the fork. If we died before that, the child has another parent by then and gives up.
    private const string OrphanCheck = "[ \"$PPID\" = \"$0\" ] || exit 125; exec \"$@\"";

    private readonly ChildProcessOptions _options;
    private readonly string[] _arguments;
    private readonly string[] _environment;

    private SpawnRequest(ChildProcessOptions options, string[] arguments, string[] environment)
    {
        _options = options;
        _arguments = arguments;
        _environment = environment;
    }

    /// <exception cref="FileNotFoundException"/>
    internal static SpawnRequest From(ChildProcessOptions options)
    {
        var signal = options.OnParentDeath == ParentDeathSignal.Kill ? "KILL" : "TERM";
        string[] shell = ["/bin/sh", "-c", OrphanCheck, $"{Environment.ProcessId}"];
        string[] arguments = [ProgramPath.Find("setpriv"), "--pdeathsig", signal, .. shell, ProgramPath.Find(options.File),
            .. options.Arguments];
        return new SpawnRequest(options, arguments, Overlay(options.Environment));
    }

    /// <summary>To be called on the <see cref="SpawnThread"/>.</summary>
    internal int Spawn()
    {
        var actions = stackalloc byte[ProcessCalls.OpaqueBytes];
        var attributes = stackalloc byte[ProcessCalls.OpaqueBytes];
        Check(ProcessCalls.posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
        Check(ProcessCalls.posix_spawnattr_init(attributes), "posix_spawnattr_init");
        var duplicates = new List<Descriptor>();
        try
        {
            SetSignals(attributes);
            SetDescriptors(actions, duplicates);
            return Spawn(actions, attributes);
        }
        finally
        {
            duplicates.ForEach(duplicate => duplicate.Dispose());
            _ = ProcessCalls.posix_spawn_file_actions_destroy(actions);
            _ = ProcessCalls.posix_spawnattr_destroy(attributes);
        }
    }

    private int Spawn(void* actions, void* attributes)
    {
        using var arguments = new NativeTextList(_arguments);
        using var environment = new NativeTextList(_environment);
        int processId;
        Check(ProcessCalls.posix_spawn(&processId, arguments.Pointer[0], actions, attributes, arguments.Pointer, environment.Pointer),
            "posix_spawn");
        return processId;
    }

    // The runtime ignores SIGPIPE and blocks some signals; a program that inherits that does not end when its reader does.
    private void SetSignals(void* attributes)
    {
        var none = stackalloc byte[128];
        var all = stackalloc byte[128];
        _ = ProcessCalls.sigemptyset(none);
        _ = ProcessCalls.sigemptyset(all);
        for (var signal = 1; signal <= SignalsMax; signal++)
            _ = ProcessCalls.sigaddset(all, signal);
        var flags = ProcessCalls.POSIX_SPAWN_SETSIGDEF | ProcessCalls.POSIX_SPAWN_SETSIGMASK | (_options.OwnGroup
            ? ProcessCalls.POSIX_SPAWN_SETPGROUP
            : 0);
        Check(ProcessCalls.posix_spawnattr_setsigdefault(attributes, all), "posix_spawnattr_setsigdefault");
        Check(ProcessCalls.posix_spawnattr_setsigmask(attributes, none), "posix_spawnattr_setsigmask");
        Check(ProcessCalls.posix_spawnattr_setpgroup(attributes, 0), "posix_spawnattr_setpgroup");
        Check(ProcessCalls.posix_spawnattr_setflags(attributes, (short)flags), "posix_spawnattr_setflags");
    }

    private void SetDescriptors(void* actions, List<Descriptor> duplicates)
    {
        foreach (var (theirs, ours) in _options.Descriptors)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(theirs, DuplicatesFrom);
            var duplicate = FileCalls.fcntl(ours, FileCalls.F_DUPFD_CLOEXEC, DuplicatesFrom);
            if (duplicate < 0)
                throw NativeException.Last("fcntl(F_DUPFD_CLOEXEC)");
            duplicates.Add(new Descriptor(duplicate));
            Check(ProcessCalls.posix_spawn_file_actions_adddup2(actions, duplicate, theirs), "posix_spawn_file_actions_adddup2");
        }
        if (!_options.Descriptors.ContainsKey(0))
            AddNoInput(actions, duplicates);
        if (_options.WorkingDirectory is { } folder)
        {
            fixed (byte* path = NativeText.Of(folder))
                Check(ProcessCalls.posix_spawn_file_actions_addchdir_np(actions, path), "posix_spawn_file_actions_addchdir_np");
        }
    }

    private static void AddNoInput(void* actions, List<Descriptor> duplicates)
    {
        fixed (byte* path = NativeText.Of("/dev/null"))
        {
            var nothing = FileCalls.open(path, FileCalls.O_RDONLY | FileCalls.O_CLOEXEC);
            if (nothing < 0)
                throw NativeException.Last("open(/dev/null)");
            duplicates.Add(new Descriptor(nothing));
            Check(ProcessCalls.posix_spawn_file_actions_adddup2(actions, nothing, 0), "posix_spawn_file_actions_adddup2");
        }
    }

    private static string[] Overlay(IReadOnlyDictionary<string, string?> changes)
    {
        var own = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>();
        var values = own.ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value, StringComparer.Ordinal);
        foreach (var (name, value) in changes)
            values[name] = value;
        return [.. values.Where(entry => entry.Value is not null).Select(entry => $"{entry.Key}={entry.Value}")];
    }

    private static void Check(int errno, string call)
    {
        if (errno != 0)
            throw new NativeException(call, errno);
    }
}
