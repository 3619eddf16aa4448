namespace K8sMediaFlow.Native;

/// <summary>How a child process is started.</summary>
public sealed record ChildProcessOptions
{
    /// <summary>A path, or a name that is looked up in PATH.</summary>
    public required string File { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Laid over this process's own environment; null removes a name.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public string? WorkingDirectory { get; init; }

    /// <summary>
    /// The child's descriptor number → one of ours. Not named: 0 is /dev/null, 1 and 2 are inherited, all else is closed.
    /// </summary>
    public IReadOnlyDictionary<int, int> Descriptors { get; init; } = new Dictionary<int, int>();

    /// <summary>What the child gets when this process dies, however it dies.</summary>
    public ParentDeathSignal OnParentDeath { get; init; } = ParentDeathSignal.Kill;

    /// <summary>A process group of its own: a Ctrl-C at the terminal then reaches only us.</summary>
    public bool OwnGroup { get; init; }
}

public enum ParentDeathSignal
{
    Kill,
    Terminate,
}

/// <summary>How a child ended: exactly one of the two is set.</summary>
public readonly record struct ChildExit(int? ExitCode, int? Signal)
{
    public bool IsSuccess => ExitCode == 0;

    public override string ToString() => ExitCode is { } code ? $"exit code {code}" : $"signal {Signal}";

    internal static ChildExit FromWaitStatus(int status)
    {
        var signal = status & 0x7f;
        return signal == 0 ? new ChildExit((status >> 8) & 0xff, null) : new ChildExit(null, signal);
    }
}
