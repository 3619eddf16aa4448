using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>Who gets back what consumers of this pod return.</summary>
internal interface IReturning
{
    /// <summary>Rung by the consumers.</summary>
    DoorbellWaiter Waiter { get; }

    /// <summary>Takes back what is there; false: nothing was. Never waits.</summary>
    bool TryTakeReturns();
}

/// <summary>
/// One thread that takes back what the consumers behind all inbound links of a process return. It sleeps on all their doorbells at once:
/// each doorbell's own epoll set is in the thread's, and only those that were rung are looked at. The proof of <see cref="DoorbellWaiter"/>
/// holds for each: its mark is set before its last look.
/// </summary>
internal sealed class ReturnsLoop
{
    /// <summary>Everybody is looked at that often, whatever became of their wake-ups.</summary>
    private const int SleepMs = 1000;

    private readonly object _lock = new();
    private readonly Dictionary<ulong, IReturning> _all = [];
    private readonly HashSet<IReturning> _living = [];
    private readonly List<IReturning> _look = [];
    // As long as the process.
    private static readonly EventPoll s_poll = new();
    private Thread? _thread;
    private IReturning? _running;
    private ulong _lastTag;

    /// <summary>Of this process.</summary>
    public static ReturnsLoop Shared { get; } = new();

    public void Add(IReturning one)
    {
        lock (_lock)
        {
            _all.Add(++_lastTag, one);
            _living.Add(one);
            one.Waiter.JoinTo(s_poll, _lastTag);
            if (_thread is null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = "returns" };
                _thread.Start();
            }
        }
        one.Waiter.Wake();
    }

    /// <summary>Afterwards nothing is taken back for it any more, and nothing is under way.</summary>
    public void Remove(IReturning one)
    {
        lock (_lock)
        {
            foreach (var (tag, other) in _all)
            {
                if (other != one)
                    continue;
                _all.Remove(tag);
                _living.Remove(one);
                one.Waiter.LeaveFrom(s_poll);
                break;
            }
            while (_running == one && Thread.CurrentThread != _thread)
                Monitor.Wait(_lock);
        }
    }

    private void Run()
    {
        var tags = new ulong[64];
        var lookedAtAllMs = Environment.TickCount64;
        while (true)
        {
            var rung = s_poll.Wait(tags, SleepMs);
            var isTimeForAll = rung == 0 || Environment.TickCount64 - lookedAtAllMs >= SleepMs;
            lookedAtAllMs = isTimeForAll ? Environment.TickCount64 : lookedAtAllMs;
            lock (_lock)
            {
                _look.Clear();
                if (isTimeForAll)
                    _look.AddRange(_all.Values);
                rung = isTimeForAll ? 0 : rung;
                for (var index = 0; index < rung; index++)
                {
                    if (_all.TryGetValue(tags[index], out var one))
                        _look.Add(one);
                }
            }
            foreach (var one in _look)
                Look(one);
        }
    }

    private void Look(IReturning one)
    {
        lock (_lock)
        {
            if (!_living.Contains(one))
                return;
            _running = one;
        }
        one.Waiter.TakeSignals();
        do
            one.Waiter.PrepareSleep();
        while (one.TryTakeReturns());
        lock (_lock)
        {
            _running = null;
            Monitor.PulseAll(_lock);
        }
    }
}
