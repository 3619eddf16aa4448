using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Connection;

/// <summary>Something of a link that is done now and then and never waits: it says what is due, and looks whether the peer lives.</summary>
internal interface ILoopTask
{
    /// <summary>Does what is due; returns how long until it is to be called again by itself.</summary>
    TimeSpan RunTurn();
}

/// <summary>
/// One thread that gives all links of a process their turns: heartbeats, grants and acknowledgements of hundreds of them cost no thread
/// each. What a link waits for by itself is put on a grid, so that links that have nothing to say share their wake-ups; what is rung for
/// comes when it is due.
/// </summary>
internal sealed class LinkLoop
{
    /// <summary>Turns without a ring come this much late at most.</summary>
    private const long GridNanoseconds = 25_000_000;

    private readonly object _lock = new();
    private readonly bool _isStepped;
    private readonly List<LoopRegistration> _registrations = [];
    private Thread? _thread;
    private long _sleepsUntil;
    private int _turn;

    /// <param name="isStepped">It has no thread: a simulation gives the turns that are due.</param>
    public LinkLoop(bool isStepped = false) => _isStepped = isStepped;

    /// <summary>Of this process.</summary>
    public static LinkLoop Shared { get; } = new();

    /// <summary>Gives a task turns from now on. The first one comes when its registration is rung.</summary>
    public LoopRegistration Add(ILoopTask task)
    {
        lock (_lock)
        {
            var registration = new LoopRegistration(this, task);
            _registrations.Add(registration);
            if (_thread is null && !_isStepped)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = "links" };
                _thread.Start();
            }
            return registration;
        }
    }

    internal void Ring(LoopRegistration registration, long dueNanoseconds)
    {
        lock (_lock)
        {
            if (dueNanoseconds >= registration.DueNanoseconds)
                return;
            registration.DueNanoseconds = dueNanoseconds;
            if (dueNanoseconds < _sleepsUntil)
                Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Afterwards the task has no turn any more, and none is under way. A turn may end its own registration.</summary>
    internal void Remove(LoopRegistration registration)
    {
        lock (_lock)
        {
            _registrations.Remove(registration);
            while (registration.IsRunning && Thread.CurrentThread != _thread)
                Monitor.Wait(_lock);
        }
    }

    /// <summary>When the next turn is due, where turns are given from outside.</summary>
    internal long NextDueNanoseconds
    {
        get
        {
            lock (_lock)
                return Next(MonotonicClock.Nanoseconds)?.DueNanoseconds ?? long.MaxValue;
        }
    }

    /// <summary>Gives the turn that is due, where turns are given from outside. False: none is.</summary>
    internal bool RunDue()
    {
        Invariant.That(_isStepped);
        LoopRegistration? registration;
        lock (_lock)
            registration = TakeDue(MonotonicClock.Nanoseconds, out _);
        if (registration is not null)
            RunTurn(registration);
        return registration is not null;
    }

    private void Run()
    {
        while (true)
            RunTurn(AwaitDue());
    }

    private void RunTurn(LoopRegistration registration)
    {
        var pause = registration.Task.RunTurn();
        lock (_lock)
        {
            Invariant.That(registration.IsRunning);
            registration.IsRunning = false;
            registration.DueNanoseconds = Math.Min(registration.DueNanoseconds, OnGrid(MonotonicClock.Nanoseconds, pause));
            Monitor.PulseAll(_lock);
        }
    }

    private LoopRegistration AwaitDue()
    {
        lock (_lock)
        {
            while (true)
            {
                var now = MonotonicClock.Nanoseconds;
                if (TakeDue(now, out var next) is { } due)
                    return due;
                _sleepsUntil = next?.DueNanoseconds ?? long.MaxValue;
                // Rounded up: Monitor cuts to whole milliseconds, and the last one before a turn would be spun away.
                Monitor.Wait(_lock, next is null || _sleepsUntil == long.MaxValue ? Timeout.Infinite : (int)Math.Min(((
                    _sleepsUntil - now) / 1_000_000) + 1, 60_000));
                _sleepsUntil = 0;
            }
        }
    }

    private LoopRegistration? TakeDue(long now, out LoopRegistration? next)
    {
        next = Next(now);
        if (next is null || next.DueNanoseconds > now)
            return null;
        Invariant.That(!next.IsRunning);
        (next.DueNanoseconds, next.IsRunning) = (long.MaxValue, true);
        return next;
    }

    /// <summary>The first that is due, in turn; else the one that is due next.</summary>
    private LoopRegistration? Next(long now)
    {
        LoopRegistration? next = null;
        for (var step = 0; step < _registrations.Count; step++)
        {
            var registration = _registrations[(_turn + step) % _registrations.Count];
            if (registration.DueNanoseconds <= now)
            {
                _turn = (_turn + step + 1) % _registrations.Count;
                return registration;
            }
            next = next is null || registration.DueNanoseconds < next.DueNanoseconds ? registration : next;
        }
        return next;
    }

    private static long OnGrid(long now, TimeSpan pause) => pause < TimeSpan.Zero || pause > TimeSpan.FromDays(1) ? long.MaxValue
        : (now + (long)pause.TotalNanoseconds + GridNanoseconds - 1) / GridNanoseconds * GridNanoseconds;
}

/// <summary>A task's place in the loop. Ringing allocates nothing; any thread.</summary>
internal sealed class LoopRegistration(LinkLoop loop, ILoopTask task) : IDisposable
{
    internal ILoopTask Task => task;

    internal long DueNanoseconds { get; set; } = long.MaxValue;

    internal bool IsRunning { get; set; }

    /// <summary>There is something to do that another thread or the peer waits for.</summary>
    public void Ring() => loop.Ring(this, 0);

    /// <summary>There is something to do that may wait so long for company: many frames, one message.</summary>
    public void RingWithin(TimeSpan delay) => loop.Ring(this, MonotonicClock.Nanoseconds + (long)delay.TotalNanoseconds);

    public void Dispose() => loop.Remove(this);
}
