namespace K8sMediaFlow.KubernetesRuntime.Reconciling;

/// <summary>
/// Keys to be worked on. A key is in it once however often it is added; while it is being worked on it is given to no other worker, and one
/// that is added meanwhile comes again afterwards. Later adds of one key fold into the earliest. So its size is bounded by the number of
/// keys. Times are monotonic: a clock that is set back holds nothing up, and one that is set forward brings nothing on. Thread-safe.
/// </summary>
public sealed class WorkQueue<TKey> : IDisposable
    where TKey : notnull
{
    private enum Place
    {
        Ready,
        Running,
        RunningAndReady,
    }

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly FairLines<TKey> _ready;
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private readonly long _began;
    private readonly Dictionary<TKey, Place> _places = [];
    private readonly Dictionary<TKey, TimeSpan> _due = [];
    private readonly PriorityQueue<TKey, TimeSpan> _later = new();
    private readonly ITimer _timer;
    private int _running;

    /// <param name="time">The clock.</param>
    /// <param name="tenantOf">Whose a key is: tenants take turns; null: one line.</param>
    /// <param name="perTenantMax">So many keys of one tenant at most are worked on at once.</param>
    public WorkQueue(TimeProvider? time = null, Func<TKey, string>? tenantOf = null, int perTenantMax = int.MaxValue)
    {
        _time = time ?? TimeProvider.System;
        _began = _time.GetTimestamp();
        _ready = new(tenantOf ?? (static _ => ""), Math.Max(1, perTenantMax));
        _timer = _time.CreateTimer(_ => AddDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keys that wait to be taken now.</summary>
    public int Depth
    {
        get
        {
            lock (_lock)
                return _places.Count - _running + _places.Values.Count(place => place == Place.RunningAndReady);
        }
    }

    /// <summary>Keys that wait for their time.</summary>
    public int Delayed
    {
        get
        {
            lock (_lock)
                return _due.Count;
        }
    }

    internal int HeapSize
    {
        get
        {
            lock (_lock)
                return _later.Count;
        }
    }

    public void Add(TKey key)
    {
        lock (_lock)
            AddLocked(key);
    }

    /// <summary>Adds the key later; an earlier time that it already has stands.</summary>
    public void AddAfter(TKey key, TimeSpan wait)
    {
        if (wait <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }
        lock (_lock)
        {
            var due = Now + wait;
            if (_due.TryGetValue(key, out var before) && before <= due)
                return;
            _due[key] = due;
            _later.Enqueue(key, due);
            if (_later.Count > (2 * _due.Count) + 64)
                Compact();
            Arm();
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_began);

    /// <summary>The next key; the caller calls <see cref="Done"/> for each.</summary>
    public async ValueTask<TKey> TakeAsync(CancellationToken cancel)
    {
        for (var woken = false; ; woken = true)
        {
            if (Take(out var key, woken, cancel) is not { } waiter)
                return key;
            await using var registration = cancel.Register(() => waiter.TrySetCanceled(cancel));
            await waiter.Task;
        }
    }

    public void Done(TKey key)
    {
        lock (_lock)
        {
            if (!_places.Remove(key, out var place) || place == Place.Ready)
                throw new InvalidOperationException($"{key} is not being worked on");
            _running--;
            _ready.Done(key);
            if (place == Place.RunningAndReady)
                AddLocked(key);
            else
                Wake();
        }
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>A key, or what to wait for until there is one.</summary>
    private TaskCompletionSource? Take(out TKey key, bool woken, CancellationToken cancel)
    {
        key = default!;
        lock (_lock)
        {
            if (cancel.IsCancellationRequested)
            {
                // A worker that was woken for a key and does not take it wakes the next one.
                if (woken)
                    Wake();
                cancel.ThrowIfCancellationRequested();
            }
            if (!_ready.TryTake(out key))
            {
                var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Enqueue(waiter);
                return waiter;
            }
            _places[key] = Place.Running;
            _running++;
            // What was to happen later happens now.
            _due.Remove(key);
            return null;
        }
    }

    private void Wake()
    {
        while (_ready.HasNext && _waiting.TryDequeue(out var waiter) && !waiter.TrySetResult())
        {
            // Cancelled meanwhile: the next one.
        }
    }

    private void AddLocked(TKey key)
    {
        if (_places.TryGetValue(key, out var place))
        {
            if (place == Place.Running)
                _places[key] = Place.RunningAndReady;
            return;
        }
        _places[key] = Place.Ready;
        _ready.Add(key);
        Wake();
    }

    private void AddDue()
    {
        lock (_lock)
        {
            var now = Now;
            while (_later.TryPeek(out var key, out var due) && due <= now)
            {
                _later.Dequeue();
                // An entry whose time was moved forward, or that was worked on since, is only a remainder.
                if (_due.TryGetValue(key, out var current) && current == due)
                {
                    _due.Remove(key);
                    AddLocked(key);
                }
            }
            Arm();
        }
    }

    private void Arm()
    {
        if (!_later.TryPeek(out _, out var due))
            return;
        var wait = due - Now;
        // Rounded up: a timer that fires a fraction early would spin.
        _timer.Change(wait > TimeSpan.Zero ? wait + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void Compact()
    {
        _later.Clear();
        foreach (var (key, due) in _due)
            _later.Enqueue(key, due);
    }
}
