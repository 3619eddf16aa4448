using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Tests.Channels;

/// <summary>One side of a ping-pong over two channels that sleeps whenever it can, and counts wake-ups that did not come.</summary>
internal sealed class PingPong(ChannelConsumer from, ChannelProducer to, DoorbellWaiter doorbell, DoorbellNotifier peer)
{
    private const long LateNanoseconds = 100_000_000;

    /// <summary>Sleeps that ended by time-out although what they waited for had been published long before: lost wake-ups.</summary>
    public int LateWakeUps { get; private set; }

    public void Lead(int rounds)
    {
        for (var round = 1; round <= rounds; round++)
        {
            Send((ulong)round);
            Receive((ulong)round);
        }
    }

    public void Echo(int rounds)
    {
        for (var round = 1; round <= rounds; round++)
        {
            Receive((ulong)round);
            Send((ulong)round);
        }
    }

    private void Send(ulong sequence)
    {
        var frame = TestChannel.Frame(sequence);
        while (to.TryPopReturn(out _))
        {
        }
        frame.SentAtNanoseconds = (ulong)MonotonicClock.Nanoseconds;
        // The peer returned the last frame before it sent the one that we have just had.
        to.TryPush(ref frame).ShouldBeTrue();
        peer.Ring();
    }

    private void Receive(ulong sequence)
    {
        var frame = Wait();
        frame.Sequence.ShouldBe(sequence);
        from.Return(frame.Ticket, ReturnKind.Both);
        peer.Ring();
    }

    private FrameDescriptor Wait()
    {
        while (true)
        {
            if (from.TryPop(out var frame))
                return frame;
            var prepared = doorbell.PrepareSleep();
            if (from.TryPop(out frame))
                return frame;
            var isRung = doorbell.Sleep(prepared, TimeSpan.FromSeconds(1));
            var now = MonotonicClock.Nanoseconds;
            if (isRung || !from.TryPop(out frame))
                continue;
            if (now - (long)frame.SentAtNanoseconds > LateNanoseconds)
                LateWakeUps++;
            return frame;
        }
    }
}
