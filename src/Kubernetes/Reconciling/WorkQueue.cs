using System.Threading.Channels;

namespace K8sMediaFlow.Kubernetes.Reconciling;

/// <summary>
/// Keys to be worked on. A key stands in it once however often it is added; while it is being worked on it is given to nobody else, and one that is added meanwhile
/// comes again afterwards. Later adds of one key fold into the earliest. So its size is bounded by the number of keys. Thread-safe.
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
    private readonly Channel<TKey> _ready = Channel.CreateUnbounded<TKey>();
    private readonly Dictionary<TKey, Place> _places = [];
    private readonly Dictionary<TKey, DateTimeOffset> _due = [];
    private readonly PriorityQueue<TKey, DateTimeOffset> _later = new();
    private readonly ITimer _timer;
    private int _running;

    public WorkQueue(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
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
            var due = _time.GetUtcNow() + wait;
            if (_due.TryGetValue(key, out var before) && before <= due)
                return;
            _due[key] = due;
            _later.Enqueue(key, due);
            if (_later.Count > (2 * _due.Count) + 64)
                Compact();
            Arm();
        }
    }

    /// <summary>The next key; the caller calls <see cref="Done"/> for each.</summary>
    public async ValueTask<TKey> TakeAsync(CancellationToken cancel)
    {
        var key = await _ready.Reader.ReadAsync(cancel);
        lock (_lock)
        {
            _places[key] = Place.Running;
            _running++;
            // What was to happen later happens now.
            _due.Remove(key);
        }
        return key;
    }

    public void Done(TKey key)
    {
        lock (_lock)
        {
            if (!_places.Remove(key, out var place) || place == Place.Ready)
                throw new InvalidOperationException($"{key} is not being worked on");
            _running--;
            if (place == Place.RunningAndReady)
                AddLocked(key);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void AddLocked(TKey key)
    {
        if (_places.TryGetValue(key, out var place))
        {
            if (place == Place.Running)
                _places[key] = Place.RunningAndReady;
            return;
        }
        _places[key] = Place.Ready;
        _ready.Writer.TryWrite(key);
    }

    private void AddDue()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
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
        var wait = due - _time.GetUtcNow();
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
