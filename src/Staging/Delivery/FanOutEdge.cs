using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>One edge that leaves an output port, with a subscriber for each of its consumers.</summary>
/// <remarks>
/// Dealt out (RoundRobin), the port's window is divided among the consumers that are at work: each may hold an equal part of it. One that
/// is not (its link is down, it
/// stands still) keeps what it has and gets no more, and the others divide the rest. So whatever one of them does costs the others no
/// more than its part.
/// </remarks>
internal sealed class FanOutEdge(int number, FanOutDistribution distribution, FanOutRetention retention, EdgePolicy? policy)
{
    private readonly long[] _drops = new long[ChannelCounters.Causes];
    private int _served = -1;
    private bool _hasDrops;

    /// <summary>Null: every frame is kept until it is done, and sent again.</summary>
    public EdgePolicy? Policy { get; private set; } = policy;

    public readonly int Number = number;
    public readonly FanOutDistribution Distribution = distribution;

    /// <summary>Where frames go by key; null where they do not.</summary>
    public readonly KeyBuckets? Keys = distribution == FanOutDistribution.ByKey ? new KeyBuckets() : null;

    public readonly FanOutRetention Retention = retention;
    public readonly List<Subscriber> Subscribers = [];

    /// <summary>What waits to be sent to any one of the consumers.</summary>
    public readonly IntDeque Owed = new();

    /// <summary>No consumer is left that could want anything.</summary>
    public bool AllCompleted => Subscribers.Count > 0 && Subscribers.TrueForAll(static subscriber => subscriber.IsCompleted);

    /// <summary>Each frame goes to one consumer.</summary>
    public bool IsDealt => Distribution != FanOutDistribution.Broadcast;

    /// <summary>Whether its producer never waits for it.</summary>
    public bool Drops => Policy is { Drops: true };

    /// <summary>The equal part of the policy's window that one consumer has.</summary>
    public int PartOfOne => Math.Max(1, Policy!.WindowFrames / Math.Max(1, Subscribers.Count));

    /// <summary>
    /// Of a window, what may be with consumers or on its way to them. Where frames are dropped, one block stays for the frame that waits:
    /// however much the consumers hold, the last one of a stream is not lost for want of a place.
    /// </summary>
    public int SentMax(int window) => Drops ? Math.Max(1, window - 1) : window;

    /// <summary>Frames that these subscribers of the edge may have or be owed together.</summary>
    public int WindowOf(List<Subscriber> subscribers) =>
        subscribers.Count == Subscribers.Count ? Policy!.WindowFrames : PartOfOne * subscribers.Count;

    /// <summary>Another policy from now on. What every frame is kept for, or may be dropped by, does not change.</summary>
    public void Change(EdgePolicy policy)
    {
        Invariant.That(Policy is not null);
        Policy = policy;
    }

    /// <summary>Remembers what was dropped until a channel is there to count it.</summary>
    public void CountDrops(GapCause cause, long sequences)
    {
        _drops[(int)cause] += sequences;
        _hasDrops = true;
    }

    /// <summary>Shows the drops in a channel of the edge, if it has one.</summary>
    public void TellDrops()
    {
        if (!_hasDrops || Subscribers.Find(static subscriber => subscriber.IsOpen)?.Channel is not { } channel)
            return;
        _hasDrops = false;
        for (var cause = 0; cause < _drops.Length; cause++)
            if (_drops[cause] > 0)
                channel.CountDrops((GapCause)cause, _drops[cause]);
        Array.Clear(_drops);
    }

    /// <summary>Frames that can be pushed at this moment beyond what is owed already.</summary>
    /// <param name="window">Frames that all consumers together may hold.</param>
    public int RoomIn(int window) => AllCompleted ? int.MaxValue
        : Distribution switch
        {
            FanOutDistribution.RoundRobin => DealtRoom(window),
            FanOutDistribution.ByKey => KeyedRoom(window),
            _ => SharedRoom(window),
        };

    /// <summary>
    /// The consumer that has least to do, of those that have room and know the regions; of equal ones the next after the one that was
    /// served last. Null: none.
    /// </summary>
    public Subscriber? Next(InFlightTable inFlight, int flight, int window)
    {
        ref var descriptor = ref inFlight[flight].Descriptor;
        var (part, isAnyAtWork) = PartOf(window);
        // A notice takes no memory, and all that fills the window may wait for what it says.
        if (descriptor.Kind != FrameKind.Frame)
            part = int.MaxValue;
        else if (Policy is not null && HeldByAll() >= SentMax(window))
            return null;
        var queueMax = Policy?.QueueMax ?? int.MaxValue;
        Subscriber? best = null;
        for (var step = 1; step <= Subscribers.Count; step++)
        {
            var subscriber = Subscribers[(_served + step + Subscribers.Count) % Subscribers.Count];
            if (subscriber.Room <= 0 || (isAnyAtWork && !subscriber.IsAtWork) || subscriber.Held >= part
                || !subscriber.Knows(ref descriptor) || (descriptor.Kind == FrameKind.Frame && !subscriber.HasPlace(inFlight, queueMax)))
                continue;
            if (best is null || (subscriber.Unreturned, subscriber.Undone).CompareTo((best.Unreturned, best.Undone)) < 0)
                best = subscriber;
        }
        return best;
    }

    /// <summary>Whether the consumer that has its key can get it now.</summary>
    public bool Takes(Subscriber subscriber, InFlightTable inFlight, int flight, int window)
    {
        ref var descriptor = ref inFlight[flight].Descriptor;
        if (subscriber.Room <= 0 || !subscriber.Knows(ref descriptor))
            return false;
        return descriptor.Kind != FrameKind.Frame || Policy is not { } policy
            || (HeldByAll() < SentMax(window) && subscriber.HasPlace(inFlight, policy.QueueMax));
    }

    public void Served(Subscriber subscriber) => _served = Subscribers.IndexOf(subscriber);

    /// <summary>
    /// The consumer that keeps the edge standing still: no consumer has given anything back for the patience, another is there to do it,
    /// and the oldest frame of all is here. Null: the edge moves, or waits for what is behind all of them.
    /// </summary>
    public Subscriber? FindStandstill(InFlightTable inFlight, long nowNs, long patienceNs)
    {
        var (atWork, moves) = (0, false);
        foreach (var subscriber in Subscribers)
        {
            subscriber.Pulse.Look(nowNs, subscriber.Unreturned > 0);
            atWork += subscriber.IsAtWork ? 1 : 0;
            moves |= subscriber.IsOpen && subscriber.Pulse.HasBeatenIn(nowNs, patienceNs);
        }
        if (moves || atWork == 0 || Oldest(inFlight) is not { } suspect || !suspect.Pulse.StandsStill(nowNs, patienceNs))
            return null;
        return atWork > (suspect.IsAtWork ? 1 : 0) ? suspect : null;
    }

    private Subscriber? Oldest(InFlightTable inFlight)
    {
        var (oldest, order) = ((Subscriber?)null, long.MaxValue);
        foreach (var subscriber in Subscribers)
            if (subscriber.IsOpen && subscriber.Unreturned > 0 && OldestOf(subscriber, inFlight) is var its && its < order)
                (oldest, order) = (subscriber, its);
        return oldest;
    }

    private static long OldestOf(Subscriber subscriber, InFlightTable inFlight)
    {
        var oldest = long.MaxValue;
        for (var place = 0; place < subscriber.Tickets.Places; place++)
            if (subscriber.Tickets.At(place, out var holding) && holding is { IsReturned: false, IsDealtAgain: false }
                && inFlight[holding.InFlight].Descriptor.Kind == FrameKind.Frame)
                oldest = Math.Min(oldest, inFlight[holding.InFlight].Order);
        return oldest;
    }

    // Under Broadcast all have the same frames: the slowest says how many, and no other can have more.
    private int SharedRoom(int window)
    {
        var least = Subscribers.Count == 0 ? 0 : int.MaxValue;
        foreach (var subscriber in Subscribers)
            if (!subscriber.IsCompleted)
                least = Math.Min(least, Math.Min(subscriber.Room, window - subscriber.Held) - subscriber.Owed.Count);
        return least;
    }

    private int DealtRoom(int window)
    {
        var (part, isAnyAtWork) = PartOf(window);
        long room = 0;
        var held = 0;
        foreach (var subscriber in Subscribers)
        {
            held += subscriber.Held;
            if (!subscriber.IsCompleted && (subscriber.IsAtWork || !isAnyAtWork))
                room += Math.Max(0, Math.Min(subscriber.Room, part - subscriber.Held) - subscriber.Owed.Count);
        }
        return (int)Math.Min(room, window - held) - Owed.Count;
    }

    // Nobody knows the key of the next frame: there is room for it wherever it goes, in what the consumers share.
    private int KeyedRoom(int window)
    {
        var (held, isAnyOpen) = (0, false);
        foreach (var subscriber in Subscribers)
        {
            held += subscriber.Held;
            isAnyOpen |= subscriber.IsOpen && !subscriber.EndSent;
        }
        return isAnyOpen ? window - held - Owed.Count : 0;
    }

    // A consumer that has come may find that the others have more than their parts.
    private int HeldByAll()
    {
        var held = 0;
        foreach (var subscriber in Subscribers)
            held += subscriber.Held;
        return held;
    }

    private (int Frames, bool IsAnyAtWork) PartOf(int window)
    {
        var (rest, atWork, open) = (window, 0, 0);
        foreach (var subscriber in Subscribers)
        {
            open += subscriber.IsOpen ? 1 : 0;
            atWork += subscriber.IsAtWork ? 1 : 0;
            rest -= subscriber.IsAtWork ? 0 : subscriber.Held;
        }
        // Where no consumer is at work, frames wait where they would go.
        return atWork > 0 ? (PartOf(rest, atWork), true) : (PartOf(window, Math.Max(1, open)), false);
    }

    // Rounded up, or a window smaller than the number of consumers would be none. An edge with a policy has no more blocks than its window.
    private int PartOf(int frames, int subscribers) => Policy is null
        ? (int)(((long)Math.Max(0, frames) + subscribers - 1) / subscribers)
        : Math.Max(1, frames / subscribers);
}
