using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>Edges with a policy: what waits for their consumers may be dropped, and no other edge waits for them.</summary>
public sealed partial class FanOut
{
    private readonly FrameDropper _dropper;
    private readonly List<Subscriber> _one = [];
    private bool _hasDeadline;

    // With a policy, consumers under Broadcast may have different frames: each has a part of the window.
    private int WindowOf(FanOutEdge edge) => edge.Policy is null ? WindowFrames
        : edge.Distribution == FanOutDistribution.Broadcast ? edge.PartOfOne : edge.Policy.WindowFrames;

    /// <summary>Another policy for an edge that has one: for what waits too.</summary>
    public void ChangePolicy(int edge, EdgePolicy policy)
    {
        _edges[edge].Change(policy);
        _hasDeadline = _edges.Exists(static one => one.Policy is { DeadlineNs: > 0 });
        Pump();
    }

    private static bool IsDealt(FanOutEdge edge, FrameKind kind) =>
        edge.IsDealt && kind != FrameKind.EndOfStream;

    private void Pump(FanOutEdge edge)
    {
        if (edge.Policy is { DeadlineNs: > 0 })
            Expire(edge);
        Push(edge);
        if (edge.Drops && HasWaiting(edge))
            MakeRoom(edge);
        edge.TellDrops();
    }

    // What consumers have given back and nobody has read yet is room: nothing is dropped for want of a look at it.
    private void MakeRoom(FanOutEdge edge)
    {
        var returns = 0;
        foreach (var subscriber in edge.Subscribers)
            returns += Drain(subscriber);
        if (returns > 0)
            Push(edge);
        if (HasWaiting(edge))
            Relieve(edge);
    }

    private void Push(FanOutEdge edge)
    {
        if (edge.Keys is { } keys)
            PumpKeyed(edge, keys);
        else
            PumpShared(edge);
        foreach (var subscriber in edge.Subscribers)
            PumpSubscriber(subscriber);
    }

    private static bool HasWaiting(FanOutEdge edge) =>
        edge.Owed.Count > 0 || (!edge.IsDealt && edge.Subscribers.Exists(static subscriber => subscriber.Owed.Count > 0));

    // What waits for a consumer that takes nothing is looked through again with each frame that comes: it is a few frames.
    private void Relieve(FanOutEdge edge)
    {
        var nowNs = MonotonicClock.Nanoseconds;
        if (edge.IsDealt)
            _dropper.Apply(edge, edge.Owed, edge.Subscribers, nowNs);
        else
            foreach (var subscriber in edge.Subscribers)
                if (subscriber.Owed.Count > 0)
                    Relieve(edge, subscriber, nowNs);
        Push(edge);
    }

    private void Relieve(FanOutEdge edge, Subscriber subscriber, long nowNs)
    {
        _one.Clear();
        _one.Add(subscriber);
        _dropper.Apply(edge, subscriber.Owed, _one, nowNs);
    }

    /// <summary>Looks for frames that have become too old where they wait.</summary>
    private void Expire(FanOutEdge edge)
    {
        var nowNs = MonotonicClock.Nanoseconds;
        if (!edge.IsDealt)
        {
            foreach (var subscriber in edge.Subscribers)
                if (IsLate(edge, subscriber.Owed, nowNs) || IsLate(edge, subscriber.OldestUnread(_inFlight), nowNs))
                    Relieve(edge, subscriber, nowNs);
        }
        else if (IsLate(edge, edge.Owed, nowNs)
            || edge.Subscribers.Exists(subscriber => IsLate(edge, subscriber.OldestUnread(_inFlight), nowNs)))
            _dropper.Apply(edge, edge.Owed, edge.Subscribers, nowNs);
    }

    // The first and the last: what lies between came between them.
    private bool IsLate(FanOutEdge edge, IntDeque queue, long nowNs) =>
        queue.Count > 0 && (IsLate(edge, queue.First, nowNs) || IsLate(edge, queue.Last, nowNs));

    private bool IsLate(FanOutEdge edge, int flight, long nowNs) =>
        flight >= 0 && EdgePolicy.IsLate(in _inFlight[flight].Descriptor, edge.Policy!.DeadlineNs, nowNs);

    /// <summary>
    /// A consumer that is parted with gives back what it has not taken. That goes to the others of its edge, or waits for its successor.
    /// </summary>
    private void TakeBackUnread(Subscriber lost)
    {
        if (lost.Edge.Policy is not null)
            _dropper.Gather(lost.Edge.IsDealt ? lost.Edge.Owed : lost.Owed, lost);
    }

    /// <summary>A frame that a dead consumer had taken is not sent again: nobody knows what became of it.</summary>
    private void ExplainLost(int number, FanOutEdge edge, IntDeque queue)
    {
        var entry = _inFlight[number];
        if (entry.Descriptor.Sequence == ulong.MaxValue)
            return;
        edge.CountDrops(GapCause.Lost, 1);
        queue.AddFirst(_inFlight.Owe(FrameDropper.NoticeFor(in entry.Descriptor, GapCause.Lost), entry.Order));
    }
}
