namespace K8sMediaFlow.KubernetesRuntime.Health;

/// <summary>
/// The pulse of a loop: before each step it says how long the step may take. A loop that fails and tries again lives; one that hangs does
/// not, and only a restart helps. So an unreachable API server never gets a controller killed.
/// </summary>
public sealed class Heartbeat(string name, TimeProvider time)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private long _beatAt = time.GetTimestamp(), _patienceTicks = TimeSpan.MaxValue.Ticks, _heardAt;
    private int _heard;

    public string Name => name;

    /// <summary>The next beat comes within this.</summary>
    public void Expect(TimeSpan patience)
    {
        Volatile.Write(ref _beatAt, time.GetTimestamp());
        Volatile.Write(ref _patienceTicks, patience.Ticks);
    }

    /// <summary>Nothing is expected: the loop has not begun, or has ended as it was told to.</summary>
    public void Rest() => Volatile.Write(ref _patienceTicks, TimeSpan.MaxValue.Ticks);

    /// <summary>The other side has answered.</summary>
    public void Hear()
    {
        Volatile.Write(ref _heardAt, time.GetTimestamp());
        Volatile.Write(ref _heard, 1);
    }

    /// <summary>How long ago the other side was heard of; null: never.</summary>
    public TimeSpan? SinceHeard => Volatile.Read(ref _heard) == 0 ? null : time.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <summary>What is wrong, or null.</summary>
    public string? Fault()
    {
        var patience = Volatile.Read(ref _patienceTicks);
        var since = time.GetElapsedTime(Volatile.Read(ref _beatAt));
        return patience == TimeSpan.MaxValue.Ticks || since.Ticks <= patience + Margin.Ticks
            ? null
            : $"{name} hangs: a step that may take {TimeSpan.FromTicks(patience).TotalSeconds:0} s has taken {since.TotalSeconds:0} s";
    }
}

/// <summary>The pulses of a process, for its liveness probe.</summary>
public sealed class Liveness
{
    private readonly Lock _lock = new();
    private readonly List<Func<string?>> _checks = [];

    public void Add(Heartbeat heartbeat) => Add(heartbeat.Fault);

    /// <summary>A check says what is wrong, or null.</summary>
    public void Add(Func<string?> check)
    {
        lock (_lock)
            _checks.Add(check);
    }

    /// <summary>What is wrong; empty: the process lives.</summary>
    public IReadOnlyList<string> Faults()
    {
        lock (_lock)
            return [.. _checks.Select(check => check()).OfType<string>()];
    }
}
