using System.Diagnostics;
using System.Net;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Simulated;

/// <summary>
/// Memory to memory inside one process: what several <see cref="SimulatedFabric"/>s (one per simulated machine, or one for all) are
/// connected by. With virtual time nothing ever waits and nothing moves but by <see cref="Advance"/> and <see cref="Step"/>, so that
/// one thread and one seed give one history. With real time the callers' own waits drive it; there is no thread of its own. One lock
/// guards everything: a landing happens whole under it, which is what makes an abort a fence.
/// </summary>
public sealed class SimulatedNetwork
{
    private readonly PriorityQueue<Action, (TimeSpan Due, long Order)> _events = new();
    private readonly Dictionary<(IPAddress, int), SimulatedListener> _listeners = [];
    private readonly List<SimulatedConnection> _connections = [];
    private readonly bool _virtualTime;
    private readonly long _startedTicks = Stopwatch.GetTimestamp();
    private TimeSpan _now;
    private long _orderNext;
    private int _portNext = 40_000, _connectionCount;

    public SimulatedNetwork(int seed, bool virtualTime)
    {
        Random = new Random(seed);
        _virtualTime = virtualTime;
    }

    public SimulatedFaults Faults { get; } = new();

    /// <summary>Time since the network was made, virtual or real.</summary>
    public TimeSpan Now => _virtualTime ? _now : Stopwatch.GetElapsedTime(_startedTicks);

    /// <summary>When the next thing will happen; null when nothing is under way.</summary>
    public TimeSpan? NextEventAt
    {
        get
        {
            lock (Gate)
                return _events.TryPeek(out _, out var when) ? when.Due : null;
        }
    }

    internal object Gate { get; } = new();

    internal Random Random { get; }

    /// <summary>Virtual time: lets time pass and everything happen that is due by then.</summary>
    public void Advance(TimeSpan by)
    {
        RequireVirtualTime();
        lock (Gate)
        {
            var until = _now + by;
            while (_events.TryPeek(out _, out var when) && when.Due <= until)
                RunNext(when.Due);
            _now = until;
        }
    }

    /// <summary>Virtual time: goes to the next event and lets it happen. False when nothing is under way.</summary>
    public bool Step()
    {
        RequireVirtualTime();
        lock (Gate)
        {
            if (!_events.TryPeek(out _, out var when))
                return false;
            RunNext(when.Due);
            return true;
        }
    }

    /// <summary>Ends every stall.</summary>
    public void ResumeAll()
    {
        lock (Gate)
        {
            foreach (var connection in _connections)
                connection.Resume();
        }
    }

    internal void Schedule(TimeSpan due, Action happening)
    {
        Invariant.That(Monitor.IsEntered(Gate));
        _events.Enqueue(happening, (due, _orderNext++));
        Wake();
    }

    /// <summary>Lets every waiting caller look again; the gate is held.</summary>
    internal void Wake() => Monitor.PulseAll(Gate);

    /// <summary>
    /// Waits, with the gate held, until the question has its answer or the wait has run out. With virtual time it asks once.
    /// </summary>
    internal bool WaitUntil(Func<bool> isAnswered, TimeSpan wait)
    {
        var deadline = Now + wait;
        while (true)
        {
            RunDue();
            if (isAnswered())
                return true;
            var left = deadline - Now;
            if (_virtualTime || left <= TimeSpan.Zero)
                return false;
            Monitor.Wait(Gate, Shortest(left));
        }
    }

    internal SimulatedConnection Connect(SimulatedOffer offer, FabricOptions options)
    {
        var number = ++_connectionCount;
        if (Faults.RefuseConnection?.Invoke(number) == true)
            throw new FabricException(FabricError.Refused, $"simulated connection {number} is refused");
        var connection = new SimulatedConnection(this, number, offer, options);
        _connections.Add(connection);
        return connection;
    }

    internal void Forget(SimulatedConnection connection) => _connections.Remove(connection);

    internal IPEndPoint Add(SimulatedListener listener, IPAddress address, int port)
    {
        lock (Gate)
        {
            var chosen = port == 0 ? _portNext++ : port;
            if (!_listeners.TryAdd((address, chosen), listener))
                throw new FabricException(FabricError.Refused, $"{address}:{chosen} is taken");
            return new IPEndPoint(address, chosen);
        }
    }

    internal void Remove(IPEndPoint endpoint) => _listeners.Remove((endpoint.Address, endpoint.Port));

    internal SimulatedOffer? Find(ReadOnlySpan<byte> offerBytes)
    {
        foreach (var listener in _listeners.Values)
        {
            if (listener.Find(offerBytes) is { } offer)
                return offer;
        }
        return null;
    }

    private void RunDue()
    {
        while (_events.TryPeek(out _, out var when) && when.Due <= Now)
            RunNext(when.Due);
    }

    private void RunNext(TimeSpan due)
    {
        _now = due > _now ? due : _now;
        _events.Dequeue()();
    }

    private TimeSpan Shortest(TimeSpan left)
    {
        var next = _events.TryPeek(out _, out var when) ? when.Due - Now : left;
        return TimeSpan.FromMilliseconds(Math.Clamp(Math.Min(next.TotalMilliseconds, left.TotalMilliseconds), 1, 100));
    }

    private void RequireVirtualTime()
    {
        if (!_virtualTime)
            throw new InvalidOperationException("this network runs by the clock");
    }
}
