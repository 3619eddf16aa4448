using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;
using K8sMediaFlow.Staging.Tests.Channels;
using K8sMediaFlow.Staging.Tests.Regions;

namespace K8sMediaFlow.Staging.Tests;

public sealed class AllocationTests
{
    [Fact]
    public void A_hand_over_allocates_nothing()
    {
        using var region = new TestRegion(new BlockClass(4096, 8));
        using var channel = new TestChannel(8);
        using var file = Doorbell.Create("allocation-doorbell");
        using var memory = Doorbell.Map(file);
        using var waiter = DoorbellWaiter.ByFutex(memory, new WaitPolicy(WaitMode.Event, 0));
        var ringer = new DoorbellNotifier(memory);
        var quota = new BlockQuota(4);
        var table = new RegionTable();
        table.Set(0, region.Reader);
        for (var warm = 0; warm < 200; warm++)
            HandOver(region, channel, quota, table, waiter, ringer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1000; round++)
            HandOver(region, channel, quota, table, waiter, ringer);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static void HandOver(TestRegion region, TestChannel channel, BlockQuota quota, RegionTable table, DoorbellWaiter waiter,
        DoorbellNotifier ringer)
    {
        Invariant.That(region.Writer.TryTake(100, quota, out var block));
        region.Writer.AddReference(block);
        region.Writer.Memory(block)[0] = 1;
        var frame = new FrameDescriptor { Kind = FrameKind.Frame, Sequence = 1, SentAtNanoseconds = (ulong)MonotonicClock.Nanoseconds };
        frame.AddSegment(new SegmentRef(0, block, 0, 100));
        Invariant.That(channel.Producer.TryPush(ref frame));
        var prepared = waiter.PrepareSleep();
        ringer.Ring();
        waiter.Sleep(prepared, TimeSpan.FromSeconds(1));
        var wait = waiter.Begin(TimeSpan.Zero);
        FrameDescriptor popped;
        while (!channel.Consumer.TryPop(out popped))
            wait.Again();
        Invariant.That(table.TryResolve(popped.Segments[0], out var bytes, out _));
        channel.Consumer.Counters.AddFrame(bytes.Length, MonotonicClock.Nanoseconds - (long)popped.SentAtNanoseconds);
        channel.Consumer.Return(popped.Ticket, ReturnKind.Returned);
        channel.Consumer.Return(popped.Ticket, ReturnKind.Done);
        while (channel.Producer.TryPopReturn(out _))
            region.Writer.Release(block);
        Invariant.That(region.Writer.BlocksInUse == 0);
    }
}
