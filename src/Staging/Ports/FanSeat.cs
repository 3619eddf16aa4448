using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Ports;

/// <summary>
/// The place of one consumer at an edge. The consumer may die and come again: the seat stays, with what is owed to it.
/// </summary>
internal sealed class FanSeat(int number, FanEdge edge)
{
    public const int RegionsMax = 256;

    private readonly int[] _regions = new int[RegionsMax];

    public readonly FanEdge Edge = edge;
    public readonly int Number = number;
    public readonly ulong Bit = 1UL << number;

    /// <summary>What waits to be sent to this consumer and no other.</summary>
    public readonly IntDeque Owed = new();

    public TicketMap Tickets = new(8);

    public IOutboundChannel? Channel { get; private set; }

    /// <summary>The consumer broke the protocol, or is about to be parted with: nothing is pushed.</summary>
    public bool IsClosing { get; set; }

    /// <summary>The consumer has had its whole stream and is done with all of it: nothing is owed to it, whatever a producer's replay says.</summary>
    public bool IsCompleted { get; set; }

    /// <summary>The end of the stream was pushed: nothing may follow.</summary>
    public bool EndSent { get; set; }

    public bool IsOpen => Channel is { IsBroken: false } && !IsClosing;

    public int Room => IsOpen && !EndSent ? Channel!.Capacity - Tickets.Count : 0;

    public void Occupy(IOutboundChannel channel)
    {
        Invariant.That(Tickets.Count == 0);
        (Channel, IsClosing, IsCompleted, EndSent) = (channel, false, false, false);
        Tickets = new TicketMap(channel.Capacity);
        Array.Fill(_regions, -1);
        _regions[0] = 0;
    }

    /// <summary>Parts with a dead consumer. What it had is listed, in no order.</summary>
    public IOutboundChannel Vacate(List<int> flights)
    {
        var channel = Channel!;
        Tickets.Drain(flights);
        (Channel, IsClosing, EndSent) = (null, false, false);
        return channel;
    }

    public void MapRegion(int region, int index) => _regions[region] = index;

    /// <summary>Whether the consumer knows every region that the segments are in.</summary>
    public bool Knows(ref FrameDescriptor descriptor)
    {
        foreach (ref readonly var segment in descriptor.Segments)
            if (_regions[segment.Region] < 0)
                return false;
        return true;
    }

    /// <summary>Pushes a copy in which regions have this channel's numbers. False: no room.</summary>
    public bool TryPush(in FrameDescriptor descriptor, out ulong ticket)
    {
        var copy = descriptor;
        for (var i = 0; i < copy.SegmentCount; i++)
        {
            ref var segment = ref copy.Segment(i);
            segment.Region = (ushort)_regions[segment.Region];
        }
        var pushed = Channel!.TryPush(ref copy);
        ticket = copy.Ticket;
        return pushed;
    }
}
