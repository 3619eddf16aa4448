using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;
using K8sMediaFlow.StagingPeer;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Peers;

/// <summary>This process's producing end.</summary>
internal sealed class Lender(PeerProcess peer)
{
    private const int FrameBytes = 5000;

    private readonly Dictionary<ulong, BlockRef> _lent = [];
    private readonly BlockQuota _quota = new(1 << 20);

    public ChannelProducer Producer { get; } = new(peer.Channel);

    public RegionWriter Writer { get; } = new(peer.RegionView);

    public void Send(ulong sequence)
    {
        WaitForRoom(Producer.Capacity - 1);
        TrySend(sequence).ShouldBeTrue();
    }

    /// <summary>Sends and kills the consumer when so many microseconds have passed; says how many were sent.</summary>
    public ulong SendFor(int microseconds, ChildProcess child)
    {
        Send(1);
        WaitForRoom(0);
        var until = MonotonicClock.Nanoseconds + (microseconds * 1000L);
        var sent = 1ul;
        while (MonotonicClock.Nanoseconds < until)
        {
            Drain();
            if (TrySend(sent + 1))
                sent++;
        }
        child.Kill();
        return sent;
    }

    public void Finish(ulong last)
    {
        WaitForRoom(Producer.Capacity - 1);
        var end = new FrameDescriptor { Kind = FrameKind.EndOfStream, Stream = 1, Sequence = last };
        Producer.TryPush(ref end).ShouldBeTrue();
        peer.Ringer.Ring();
        WaitForRoom(0);
    }

    public void Drain()
    {
        while (Producer.TryPopReturn(out var entry))
        {
            if ((entry.Kind & ReturnKind.Returned) != 0)
                TakeBack(entry.Ticket, isReturned: false);
        }
    }

    public void TakeBack(ulong ticket, bool isReturned)
    {
        if (!isReturned && _lent.Remove(ticket, out var block))
            Writer.Release(block).ShouldBeTrue();
    }

    private bool TrySend(ulong sequence)
    {
        if (Producer.IsFull || !Writer.TryTake(FrameBytes, _quota, out var block))
            return false;
        Pattern.Write(Writer.Memory(block)[..FrameBytes], sequence);
        var frame = new FrameDescriptor
        {
            Kind = FrameKind.Frame,
            Stream = 1,
            Sequence = sequence,
            SentAtNanoseconds = (ulong)MonotonicClock.Nanoseconds,
        };
        frame.AddSegment(new SegmentRef(0, block, 0, FrameBytes));
        Producer.TryPush(ref frame).ShouldBeTrue(Producer.Violation.ToString());
        _lent[frame.Ticket] = block;
        peer.Ringer.Ring();
        return true;
    }

    private void WaitForRoom(int notDoneMax)
    {
        var wait = peer.Doorbell.Begin(Hang.Bound);
        Drain();
        while (Producer.NotDone > notDoneMax)
        {
            wait.Again().ShouldBeTrue("the peer gives nothing back");
            Drain();
        }
    }
}
