using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>
/// Makes room in one queue of an edge with a policy. Everything that its consumers have not taken comes back, what is late or too much
/// becomes notices, and what is left waits in the queue again, in the order in which it was given.
/// </summary>
/// <remarks>
/// So the queue is one, however it is spread over the ring and the producer's memory: a consumer that stops keeps what it has taken, and
/// no more. Neighbouring notices become one, so that a queue has at most one more notice than it has frames.
/// Not thread-safe. Allocates nothing once it has met its largest use.
/// </remarks>
internal sealed class FrameDropper
{
    private readonly InFlightTable _inFlight;
    private readonly List<int> _work = [];
    private readonly Comparison<int> _byOrder;

    public FrameDropper(InFlightTable inFlight)
    {
        _inFlight = inFlight;
        _byOrder = (left, right) => _inFlight[left].Order.CompareTo(_inFlight[right].Order);
    }

    /// <summary>Takes back what the subscriber's consumer has not taken; it waits in the queue again.</summary>
    public void Gather(IntDeque queue, Subscriber subscriber)
    {
        _work.Clear();
        subscriber.TakeBack(_inFlight, _work);
        Requeue(queue);
    }

    /// <summary>Applies the edge's policy to what waits for these subscribers.</summary>
    public void Apply(FanOutEdge edge, IntDeque queue, List<Subscriber> subscribers, long nowNs)
    {
        _work.Clear();
        var (held, open) = (0, 0);
        foreach (var subscriber in subscribers)
        {
            subscriber.TakeBack(_inFlight, _work);
            held += subscriber.Held;
            open += subscriber.IsOpen ? 1 : 0;
        }
        Invariant.That(edge.Policy is not null && subscribers.Count > 0);
        var policy = edge.Policy!;
        var queueMax = Math.Min((long)policy.QueueMax * Math.Max(1, open), Math.Max(0, edge.WindowOf(subscribers) - held));
        Sort(queue);
        if (policy.Drops)
            Keep(edge, queue, (int)queueMax, nowNs);
        else
            Keep(edge, queue, int.MaxValue, nowNs);
    }

    private void Requeue(IntDeque queue)
    {
        Sort(queue);
        foreach (var flight in _work)
            queue.AddLast(flight);
    }

    private void Sort(IntDeque queue)
    {
        while (queue.Count > 0)
            _work.Add(queue.TakeFirst());
        _work.Sort(_byOrder);
    }

    private void Keep(FanOutEdge edge, IntDeque queue, int framesMax, long nowNs)
    {
        var policy = edge.Policy!;
        var excess = CountOnTime(policy, nowNs) - framesMax;
        var (first, last) = policy.OnFull == FullAction.DropNewest ? (framesMax, int.MaxValue) : (0, excess);
        var place = 0;
        foreach (var flight in _work)
        {
            var descriptor = _inFlight[flight].Descriptor;
            if (descriptor.Kind != FrameKind.Frame)
                Pass(queue, flight);
            else if (EdgePolicy.IsLate(in descriptor, policy.DeadlineNs, nowNs))
                Drop(edge, queue, flight, GapCause.Deadline);
            else if (place++ is var its && its >= first && its < last)
                Drop(edge, queue, flight, GapCause.Dropped);
            else
                queue.AddLast(flight);
        }
    }

    private int CountOnTime(EdgePolicy policy, long nowNs)
    {
        var count = 0;
        foreach (var flight in _work)
        {
            ref var descriptor = ref _inFlight[flight].Descriptor;
            if (descriptor.Kind == FrameKind.Frame && !EdgePolicy.IsLate(in descriptor, policy.DeadlineNs, nowNs))
                count++;
        }
        return count;
    }

    // A notice that was posted becomes one of ours: many of them, from a stream of which nothing is left, take the place of one.
    private void Pass(IntDeque queue, int flight)
    {
        var entry = _inFlight[flight];
        if (entry.Descriptor.Kind != FrameKind.Gap || (IsOurs(flight) && !CanExtend(queue, in entry.Descriptor)))
        {
            queue.AddLast(flight);
            return;
        }
        Explain(queue, in entry.Descriptor, entry.Order);
        _inFlight.Excuse(flight);
    }

    // The last sequence that there is cannot be named by a notice: such a frame stays.
    private void Drop(FanOutEdge edge, IntDeque queue, int flight, GapCause cause)
    {
        var entry = _inFlight[flight];
        Invariant.That(entry.Owed > 0 && entry.Descriptor.Kind == FrameKind.Frame);
        if (entry.Descriptor.Sequence == ulong.MaxValue)
        {
            queue.AddLast(flight);
            return;
        }
        edge.CountDrops(cause, 1);
        Explain(queue, NoticeFor(in entry.Descriptor, cause), entry.Order);
        _inFlight.Excuse(flight);
    }

    /// <summary>A notice in a frame's place.</summary>
    public static FrameDescriptor NoticeFor(in FrameDescriptor frame, GapCause cause) => new()
    {
        Kind = FrameKind.Gap,
        Stream = frame.Stream,
        Sequence = frame.Sequence,
        Epoch = frame.Epoch,
        AgeNanoseconds = frame.AgeNanoseconds,
        EdgeAgeNanoseconds = frame.EdgeAgeNanoseconds,
        SentAtNanoseconds = frame.SentAtNanoseconds,
        Flags = frame.Flags,
        GapCount = 1,
        GapCause = cause,
    };

    private void Explain(IntDeque queue, in FrameDescriptor notice, long order)
    {
        if (CanExtend(queue, in notice))
            _inFlight[queue.Last].Descriptor.GapCount += notice.GapCount;
        else
            queue.AddLast(_inFlight.Owe(in notice, order));
    }

    private bool CanExtend(IntDeque queue, in FrameDescriptor notice)
    {
        if (queue.Count == 0 || !IsOurs(queue.Last))
            return false;
        ref var last = ref _inFlight[queue.Last].Descriptor;
        return last.Stream == notice.Stream && last.Sequence + last.GapCount == notice.Sequence && last.GapCause == notice.GapCause
            && last.GapCount <= uint.MaxValue - notice.GapCount;
    }

    // In no other queue and with no consumer: what it says may change.
    private bool IsOurs(int flight)
    {
        ref var entry = ref _inFlight[flight];
        return entry is { Tag: InFlightTable.NoTag, Owed: 1, Undone: 0, Orphans: 0 } && entry.Descriptor.Kind == FrameKind.Gap;
    }
}
