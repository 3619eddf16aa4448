using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;
using K8sMediaFlow.StagingPeer;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Peers;

/// <summary>This process's consuming end, checking every byte that it is shown.</summary>
internal sealed class Borrower(PeerProcess peer)
{
    private readonly RegionReader _reader = new(peer.RegionView);

    public ChannelConsumer Consumer { get; } = new(peer.Channel);

    public void ConsumeUntilEnd(ulong frames)
    {
        for (var expected = 1ul; expected <= frames; expected++)
            Check(Pop(), expected);
        var end = Pop();
        (end.Kind, end.Sequence).ShouldBe((FrameKind.EndOfStream, frames));
        GiveBack(end.Ticket);
    }

    /// <summary>Consumes and kills the producer when so many microseconds have passed; says which sequence came last.</summary>
    public ulong ConsumeFor(int microseconds, ChildProcess child)
    {
        Check(Pop(), 1);
        var until = MonotonicClock.Nanoseconds + (microseconds * 1000L);
        var last = 1ul;
        while (MonotonicClock.Nanoseconds < until)
        {
            if (Consumer.TryPop(out var frame))
                Check(in frame, ++last);
        }
        child.Kill();
        return last;
    }

    public void Check(in FrameDescriptor frame, ulong expected)
    {
        frame.Sequence.ShouldBe(expected);
        _reader.TryResolve(frame.Segments[0], out var bytes, out var error).ShouldBeTrue(error.ToString());
        Pattern.Matches(bytes, expected).ShouldBeTrue();
        GiveBack(frame.Ticket);
    }

    private FrameDescriptor Pop()
    {
        var wait = peer.Doorbell.Begin(Hang.Bound);
        FrameDescriptor frame;
        while (!Consumer.TryPop(out frame))
            wait.Again().ShouldBeTrue("nothing came");
        return frame;
    }

    private void GiveBack(ulong ticket)
    {
        Consumer.Return(ticket, ReturnKind.Both);
        peer.Ringer.Ring();
    }
}
