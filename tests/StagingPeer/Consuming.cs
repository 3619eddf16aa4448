using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.StagingPeer;

/// <summary>Checks every frame and gives it back, until the end of the stream.</summary>
internal static class Consuming
{
    public static void Run(Introduction introduction)
    {
        introduction.SayMapped();
        using var memory = RegionMemory.MapForReader(introduction.Region);
        var reader = new RegionReader(memory);
        var consumer = new ChannelConsumer(introduction.Channel);
        for (var expected = 1ul; ; expected++)
        {
            var frame = Pop(introduction, consumer);
            if (frame.Kind == DescriptorKind.EndOfStream)
            {
                GiveBack(introduction, consumer, frame.Ticket);
                return;
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
        var wait = introduction.Bell.Begin(Timeout.InfiniteTimeSpan);
        FrameDescriptor frame;
        while (!consumer.TryPop(out frame))
        {
            Invariant.That(consumer.Violation == ChannelViolation.None);
            wait.Again();
        }
        return frame;
    }

    private static void GiveBack(Introduction introduction, ChannelConsumer consumer, ulong ticket)
    {
        consumer.Return(ticket, ReturnKind.Returned);
        consumer.Return(ticket, ReturnKind.Done);
        introduction.Peer.Ring();
    }
}
