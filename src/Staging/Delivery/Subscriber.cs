using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>
/// The place of one consumer at an edge. The consumer may die and come again: the subscriber stays, with what is owed to it.
/// </summary>
internal sealed class Subscriber(int number, FanOutEdge edge)
{
    private RegionMap _regions = new();

    public readonly FanOutEdge Edge = edge;
    public readonly int Number = number;

    /// <summary>What waits to be sent to this consumer and no other.</summary>
    public readonly IntDeque Owed = new();

    /// <summary>Whether it gives anything back.</summary>
    public readonly SubscriberProgress Pulse = new();

    public TicketMap Tickets = new(8);

    /// <summary>Of the last thing that was pushed.</summary>
    public ulong LastTicket { get; private set; }

    public IOutboundChannel? Channel { get; private set; }

    /// <summary>Which replica of the consumer it is, as every producer of the edge knows it.</summary>
    public int Replica { get; private set; }

    /// <summary>Frames whose bytes the consumer has: in its queue, in its hands, or passed on.</summary>
    public int Unreturned { get; private set; }

    /// <summary>Frames that the consumer is not done with. Those that were dealt again are not counted: they are with another.</summary>
    public int Undone { get; private set; }

    /// <summary>The consumer broke the protocol, or is about to be parted with: nothing is pushed.</summary>
    public bool IsClosing { get; set; }

    /// <summary>
    /// The consumer has had its whole stream and is done with all of it: nothing is owed to it, whatever a producer's replay says.
    /// </summary>
    public bool IsCompleted { get; set; }

    /// <summary>The end of the stream was pushed: nothing may follow.</summary>
    public bool EndSent { get; set; }

    /// <summary>The last round of <see cref="KeyBuckets"/> in which there was no room for something here.</summary>
    public long BlockedAt { get; set; }

    /// <summary>What it had was dealt again, and it has given nothing back since.</summary>
    public bool IsPassedOver { get; set; }

    public bool IsOpen => Channel is { IsBroken: false } && !IsClosing;

    /// <summary>There is a consumer that makes progress: no link that is down, no consumer that stands still.</summary>
    public bool IsAtWork => IsOpen && !EndSent && !IsPassedOver && !Channel!.IsAway;

    public int Room => IsOpen && !EndSent ? Channel!.Capacity - Tickets.Count : 0;

    /// <summary>Frames that count against its share.</summary>
    public int Held => Edge.Retention == FanOutRetention.UntilDone ? Undone : Unreturned;

    public void Attach(IOutboundChannel channel, int replica)
    {
        Invariant.That(Tickets.Count == 0);
        Replica = replica;
        (Channel, IsClosing, IsCompleted, EndSent, IsPassedOver) = (channel, false, false, false, false);
        Tickets = new TicketMap(channel.Capacity);
        _regions = new RegionMap();
        Pulse.Begin();
    }

    /// <summary>Parts with a dead consumer. What it had is listed, in no order.</summary>
    public IOutboundChannel Detach(List<Holding> holdings)
    {
        var channel = Channel!;
        Tickets.Drain(holdings);
        (Channel, IsClosing, EndSent, Unreturned, Undone) = (null, false, false, 0, 0);
        return channel;
    }

    /// <summary>Takes back what the consumer has not taken, into a list.</summary>
    public void TakeBack(InFlightTable inFlight, List<int> into)
    {
        if (Channel is not { } channel)
            return;
        for (var (left, ticket) = (channel.TakeBack(out var first), first); left > 0; left--, ticket++)
        {
            Invariant.That(ticket <= LastTicket);
            var flight = Tickets.Find(ticket).InFlight;
            Tickets.Remove(ticket);
            inFlight.TakenBack(flight);
            var kind = inFlight[flight].Descriptor.Kind;
            // An end is for this consumer or its successor, and for no other.
            if (kind == FrameKind.EndOfStream)
                Owed.AddLast(flight);
            else
                into.Add(flight);
            EndSent &= kind != FrameKind.EndOfStream;
            if (kind == FrameKind.Frame)
                (Unreturned, Undone) = (Unreturned - 1, Undone - 1);
        }
    }

    /// <summary>Whether it may be sent one more frame, as far as its edge's policy says.</summary>
    public bool MayHave(InFlightTable inFlight) => Edge.Policy is not { } policy
        || (Held < Edge.SentMax(Edge.PartOfOne) && HasPlace(inFlight, policy.QueueMax));

    /// <summary>Whether one more frame may wait for this consumer, of so many at most.</summary>
    // Of what it has not returned it may have taken some; only where that is too much the channel has to be asked.
    public bool HasPlace(InFlightTable inFlight, int queueMax)
    {
        if (Unreturned < queueMax)
            return true;
        var frames = 0;
        for (var ticket = LastTicket; ticket > LastTicket - (ulong)Channel!.Unread; ticket--)
            frames += IsFrame(inFlight, ticket) ? 1 : 0;
        return frames < queueMax;
    }

    /// <summary>The oldest frame that the consumer has not taken; -1: none, or it cannot be taken back.</summary>
    public int OldestUnread(InFlightTable inFlight)
    {
        for (var left = Channel?.Unread ?? 0; left > 0; left--)
            if (IsFrame(inFlight, LastTicket - (ulong)left + 1))
                return Tickets.FindOrNone(LastTicket - (ulong)left + 1);
        return -1;
    }

    private bool IsFrame(InFlightTable inFlight, ulong ticket) =>
        Tickets.FindOrNone(ticket) is >= 0 and var flight && inFlight[flight].Descriptor.Kind == FrameKind.Frame;

    public void MapRegion(RegionName region, int index) => _regions.Set(region, index);

    /// <summary>Whether it is not done with something of a bucket.</summary>
    public bool HasOf(int bucket)
    {
        for (var place = 0; place < Tickets.Places; place++)
            if (Tickets.At(place, out var holding) && holding.Bucket == bucket)
                return true;
        return false;
    }

    /// <summary>Whether the consumer knows every region that the segments are in.</summary>
    public bool Knows(ref FrameDescriptor descriptor)
    {
        foreach (ref readonly var segment in descriptor.Segments)
            if (_regions.IndexOf(segment.RegionName) < 0)
                return false;
        return true;
    }

    /// <summary>Pushes a copy in which regions have this channel's numbers. False: no room.</summary>
    public bool TryPush(in FrameDescriptor descriptor, int flight, int bucket)
    {
        Invariant.That(bucket < 0 || Edge.Keys is not null);
        var copy = descriptor;
        for (var i = 0; i < copy.SegmentCount; i++)
        {
            ref var segment = ref copy.Segment(i);
            segment.RegionName = new RegionName((ushort)_regions.IndexOf(segment.RegionName), 0);
        }
        // A consumer behind a plain channel may be of a version that does not know the cause.
        if (copy.GapCause == GapCause.Deadline && !Channel!.CanTakeBack)
            copy.GapCause = GapCause.Dropped;
        if (!Channel!.TryPush(ref copy))
            return false;
        LastTicket = copy.Ticket;
        Tickets.Add(copy.Ticket, flight, bucket);
        EndSent |= descriptor.Kind == FrameKind.EndOfStream;
        if (descriptor.Kind == FrameKind.Frame)
            (Unreturned, Undone) = (Unreturned + 1, Undone + 1);
        return true;
    }

    /// <summary>Takes note of what the consumer gave back.</summary>
    public void GaveBack(in ReturnEntry entry, bool isFrame)
    {
        ref var holding = ref Tickets.Find(entry.Ticket);
        if (isFrame && !holding.IsDealtAgain)
        {
            Unreturned -= (entry.Kind & ReturnKind.Returned) != 0 ? 1 : 0;
            Undone -= (entry.Kind & ReturnKind.Done) != 0 ? 1 : 0;
        }
        if ((entry.Kind & ReturnKind.Done) != 0)
            Tickets.Remove(entry.Ticket);
        else
            holding = holding with { IsReturned = true };
        IsPassedOver = false;
        Pulse.Beat();
    }

    /// <summary>A frame that it has goes to another as well, and is no part of its share any more.</summary>
    public void DealtAgain(int place)
    {
        Tickets.MarkDealtAgain(place);
        (Unreturned, Undone) = (Unreturned - 1, Undone - 1);
    }
}
