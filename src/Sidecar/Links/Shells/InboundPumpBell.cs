namespace K8sMediaFlow.Sidecar.Links.Shells;

/// <summary>
/// Wakes the pump of an accepting link. Soon: there is something to say that may wait for company; Now: there is something that somebody waits
/// for. The first Soon ends a long sleep, and the pump then naps for the acknowledge delay: many frames, one message.
/// </summary>
internal sealed class InboundPumpBell(TimeSpan delay)
{
    private readonly object _lock = new();
    private bool _soon;
    private bool _now;

    public void Soon()
    {
        lock (_lock)
        {
            if (_soon)
                return;
            _soon = true;
            Monitor.Pulse(_lock);
        }
    }

    public void Now()
    {
        lock (_lock)
        {
            if (_now)
                return;
            _now = true;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Returns at once after Now, the delay after Soon, and in any case when the time is over.</summary>
    public void Wait(TimeSpan timeout)
    {
        lock (_lock)
        {
            // Rounded up: Monitor cuts to whole milliseconds, and the last one before a beat would be spun away (0.3 % of a core, measured).
            if (!_soon && !_now && timeout > TimeSpan.Zero)
                Monitor.Wait(_lock, TimeSpan.FromMilliseconds(Math.Ceiling(timeout.TotalMilliseconds)));
            if (_soon && !_now && delay > TimeSpan.Zero)
                Monitor.Wait(_lock, delay);
            (_soon, _now) = (false, false);
        }
    }
}
