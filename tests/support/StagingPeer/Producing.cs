using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.StagingPeer;

/// <summary>Sends frames, each filled with its pattern, and an end of stream.</summary>
internal static class Producing
{
    public const int FrameBytes = 5000;

    public static void Run(Introduction introduction, long frames)
    {
        using var memory = RegionMemory.MapForProducer(introduction.Region);
        introduction.SayMapped();
        var writer = new RegionWriter(memory);
        var producer = new ChannelProducer(introduction.Channel);
        var quota = new BlockQuota(producer.Capacity);
        var blocks = new BlockRef[producer.Capacity * 1024];
        for (var sequence = 1ul; sequence <= (ulong)frames; sequence++)
            Send(introduction, producer, writer, quota, blocks, sequence);
        Drain(introduction, producer, writer, blocks, producer.Capacity - 1);
        Finish(introduction, producer, (ulong)frames);
        Drain(introduction, producer, writer, blocks, untilNotDone: 0);
        Invariant.That(writer.BlocksInUse == 0);
    }

    private static void Send(Introduction introduction, ChannelProducer producer, RegionWriter writer, BlockQuota quota, BlockRef[] blocks,
        ulong sequence)
    {
        Drain(introduction, producer, writer, blocks, producer.Capacity - 1);
        Invariant.That(writer.TryTake(FrameBytes, quota, out var block));
        Pattern.Write(writer.Memory(block)[..FrameBytes], sequence);
        var frame = new FrameDescriptor
        {
            Kind = FrameKind.Frame,
            Stream = 1,
            Sequence = sequence,
            SentAtNanoseconds = (ulong)MonotonicClock.Nanoseconds,
        };
        frame.AddSegment(new SegmentRef(0, block, 0, FrameBytes));
        Invariant.That(producer.TryPush(ref frame));
        blocks[frame.Ticket % (ulong)blocks.Length] = block;
        introduction.Peer.Ring();
    }

    private static void Finish(Introduction introduction, ChannelProducer producer, ulong last)
    {
        var end = new FrameDescriptor { Kind = FrameKind.EndOfStream, Stream = 1, Sequence = last };
        Invariant.That(producer.TryPush(ref end));
        introduction.Peer.Ring();
    }

    // A block goes back when its frame is returned; the end of stream has none.
    private static void Drain(Introduction introduction, ChannelProducer producer, RegionWriter writer, BlockRef[] blocks, int untilNotDone)
    {
        var wait = introduction.Doorbell.Begin(Timeout.InfiniteTimeSpan);
        while (true)
        {
            while (producer.TryPopReturn(out var entry))
            {
                ref var block = ref blocks[entry.Ticket % (ulong)blocks.Length];
                if ((entry.Kind & ReturnKind.Returned) != 0 && block != default)
                    Invariant.That(writer.Release(block));
                block = default;
            }
            Invariant.That(producer.Violation == ChannelViolation.None);
            if (producer.NotDone <= untilNotDone)
                return;
            wait.Again();
        }
    }
}
