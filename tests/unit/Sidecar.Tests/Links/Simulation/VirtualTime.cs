namespace K8sMediaFlow.Sidecar.Tests.Links.Simulation;

/// <summary>Events in order of virtual time, and of their making where the time is equal: the same seed gives the same run.</summary>
internal sealed class VirtualTime
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private long _order;

    public long Now { get; private set; }

    public void After(long microseconds, Action action) => _events.Enqueue(action, (Now + microseconds, _order++));

    public bool Step()
    {
        if (!_events.TryDequeue(out var action, out var key))
            return false;
        Now = key.At;
        action();
        return true;
    }
}
