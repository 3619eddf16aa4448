namespace K8sMediaFlow.Links.Simulation.Tests.Running;

/// <summary>Something that is done when it is due.</summary>
internal interface IStep
{
    /// <summary>The process that does it; null: the world outside.</summary>
    Process? Owner { get; }

    /// <summary>When, in virtual nanoseconds; not later than now: any time.</summary>
    long Due { get; }

    void Run();
}

/// <summary>One life of one process. What it does ends with it, wherever it is.</summary>
internal sealed class Process(string name)
{
    public string Name => name;

    public bool IsDead { get; set; }

    /// <summary>Stopped by a signal until then.</summary>
    public long StoppedUntil { get; set; }
}

/// <summary>Unwinds a process that dies in the middle of a step.</summary>
internal sealed class ProcessDied : Exception;

/// <summary>
/// Runs all steps of all processes on one thread, in virtual time. Of what is due, the seed says what comes next: one seed is one history.
/// </summary>
internal sealed class Scheduler(int seed)
{
    public const long Never = long.MaxValue;

    public const long Millisecond = 1_000_000;

    private readonly List<IStep> _steps = [];
    private readonly List<IStep> _due = [];
    private readonly PriorityQueue<(Process? Owner, Action Run), (long Due, long Order)> _later = new();
    private long _order;

    public Random Random { get; } = new(seed);

    public long Now { get; private set; } = 1_000 * Millisecond;

    public long Count { get; private set; }

    /// <summary>The process whose step runs.</summary>
    public Process? Current { get; private set; }

    /// <summary>Hears of every moment that is reached.</summary>
    public Action<long> Reached { get; set; } = static _ => { };

    /// <summary>A number for everything that has happened, in its order.</summary>
    public ulong Trace { get; private set; } = 14695981039346656037;

    public void Add(IStep step) => _steps.Add(step);

    public void Remove(IStep step) => _steps.Remove(step);

    /// <summary>Runs something once, unless the process is dead by then.</summary>
    public void After(long nanoseconds, Process? owner, Action run) => _later.Enqueue((owner, run), (Now + nanoseconds, _order++));

    /// <summary>From so many nanoseconds up to so many.</summary>
    public long Between(long least, long most) => Random.NextInt64(least, most + 1);

    public void Note(int what) => Trace = (Trace ^ (uint)what) * 1099511628211;

    /// <summary>Ends everything that a process does.</summary>
    public void Forget(Process process) => _steps.RemoveAll(step => step.Owner == process);

    /// <summary>Does the next thing, or lets time pass until something is due. False: nothing will ever happen again.</summary>
    public bool RunOne()
    {
        Count++;
        var next = FindDue();
        if (_due.Count == 0)
        {
            if (next == Never)
                return false;
            Now = next;
            Reached(Now);
            return true;
        }
        var chosen = Random.Next(_due.Count);
        Note(chosen);
        Run(_due[chosen]);
        return true;
    }

    /// <summary>Runs until it is true.</summary>
    public void RunUntil(Func<bool> isTrue, long stepsMax)
    {
        for (var end = Count + stepsMax; !isTrue();)
        {
            if (Count > end || !RunOne())
                throw new InvalidOperationException("a wait has no end");
        }
    }

    private long FindDue()
    {
        RunLater();
        _due.Clear();
        var next = _later.TryPeek(out _, out var first) ? first.Due : Never;
        foreach (var step in _steps)
        {
            var due = Math.Max(step.Due, step.Owner?.StoppedUntil ?? 0);
            if (due <= Now)
                _due.Add(step);
            else if (due < next)
                next = due;
        }
        return next;
    }

    private void RunLater()
    {
        while (_later.TryPeek(out var one, out var when) && when.Due <= Now)
        {
            _later.Dequeue();
            if (one.Owner is { StoppedUntil: var until } owner && until > Now)
                _later.Enqueue((owner, one.Run), (until, _order++));
            else if (one.Owner is not { IsDead: true })
                As(one.Owner, one.Run);
        }
    }

    private void Run(IStep step) => As(step.Owner, step.Run);

    /// <summary>Runs something as a step of that process, which may die of it.</summary>
    public void As(Process? process, Action run)
    {
        var before = Current;
        Current = process;
        try
        {
            run();
        }
        catch (ProcessDied)
        {
            // Its other steps are gone already.
        }
        finally
        {
            Current = before;
        }
    }
}
