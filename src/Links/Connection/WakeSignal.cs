namespace K8sMediaFlow.Links.Connection;

/// <summary>
/// Wakes one waiting thread; a ring before the wait is not lost. Monitor, not an event object: waiting and ringing allocate nothing.
/// </summary>
internal sealed class WakeSignal
{
    private readonly object _lock = new();
    private bool _rung;

    /// <summary>A wait would be over at once.</summary>
    public bool IsRung
    {
        get
        {
            lock (_lock)
                return _rung;
        }
    }

    public void Ring()
    {
        lock (_lock)
        {
            if (_rung)
                return;
            _rung = true;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Returns when rung or when the time is over; takes the ring.</summary>
    public void Wait(TimeSpan timeout)
    {
        lock (_lock)
        {
            // Rounded up: Monitor cuts to whole milliseconds, and the last one before a beat would be spun away (0.3 % of a core,
            // measured).
            if (!_rung && timeout > TimeSpan.Zero)
                Monitor.Wait(_lock, TimeSpan.FromMilliseconds(Math.Ceiling(timeout.TotalMilliseconds)));
            _rung = false;
        }
    }
}
