using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.StagingPeer;

/// <summary>Checks every frame and gives it back, until the end of the stream.</summary>
internal static class Consuming
{
    private const long LateNanoseconds = 100_000_000;

    /// <returns>How many wake-ups did not come: sleeps that ended by time-out long after their frame had been sent.</returns>
    public static int Run(Introduction introduction, bool isAlwaysAsleep)
    {
        var lateWakeUps = 0;
        introduction.SayMapped();
        using var memory = RegionMemory.MapForReader(introduction.Region);
        var reader = new RegionReader(memory);
        var consumer = new ChannelConsumer(introduction.Channel);
        for (var expected = 1ul; ; expected++)
        {
            var frame = isAlwaysAsleep ? PopAsleep(introduction, consumer, ref lateWakeUps) : Pop(introduction, consumer);
            if (frame.Kind == FrameKind.EndOfStream)
            {
                GiveBack(introduction, consumer, frame.Ticket);
                return lateWakeUps;
            }
            Invariant.That(frame.Sequence == expected);
            Invariant.That(reader.TryResolve(frame.Segments[0], out var bytes));
            Invariant.That(Pattern.Matches(bytes, expected));
            consumer.Counters.AddFrame(bytes.Length, MonotonicClock.Nanoseconds - (long)frame.SentAtNanoseconds);
            GiveBack(introduction, consumer, frame.Ticket);
        }
    }

    private static FrameDescriptor Pop(Introduction introduction, ChannelConsumer consumer)
    {
        var wait = introduction.Doorbell.Begin(Timeout.InfiniteTimeSpan);
        FrameDescriptor frame;
        while (!consumer.TryPop(out frame))
        {
            Invariant.That(consumer.Violation == ChannelViolation.None);
            wait.Again();
        }
        return frame;
    }

    private static FrameDescriptor PopAsleep(Introduction introduction, ChannelConsumer consumer, ref int lateWakeUps)
    {
        while (true)
        {
            var prepared = introduction.Doorbell.PrepareSleep();
            if (consumer.TryPop(out var frame))
                return frame;
            if (introduction.Doorbell.Sleep(prepared, TimeSpan.FromSeconds(1)))
                continue;
            var now = MonotonicClock.Nanoseconds;
            if (!consumer.TryPop(out frame))
                continue;
            if (now - (long)frame.SentAtNanoseconds > LateNanoseconds)
                lateWakeUps++;
            return frame;
        }
    }

    private static void GiveBack(Introduction introduction, ChannelConsumer consumer, ulong ticket)
    {
        consumer.Return(ticket, ReturnKind.Returned);
        consumer.Return(ticket, ReturnKind.Done);
        introduction.Peer.Ring();
    }
}
