using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tests;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>What a frame costs, and that the device carries it.</summary>
public sealed class VerbsCostTests : IDisposable
{
    private const int MtuBytes = 4096;

    private readonly CableFabric _fabric = new();

    public void Dispose() => _fabric.Dispose();

    [Fact]
    public void A_frame_costs_no_managed_memory_at_either_end()
    {
        var source = new TestArea(4096, 1);
        var area = new TestArea(4096, 2);
        using var registration = _fabric.Register(source.Address, source.LengthBytes);
        using var pair = new FabricPair(_fabric, area);
        var frame = TestFrame.Of(FabricPair.Epoch, 0, 1, source.Part(0, 1000), source.Part(1, 999));
        var tags = new ulong[4];
        Move(pair, frame, tags);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 200; count++)
            Move(pair, frame, tags);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void A_frame_that_is_more_than_the_device_takes_at_once_arrives_whole()
    {
        // Soft-RoCE takes 8 MiB; a 4K frame in 4:2:0 has 12 MB.
        const int bytes = 12_441_600;
        var source = new TestArea(bytes, 1);
        var area = new TestArea((bytes + FrameHeaderPrefix.SizeBytes + 4095) / 4096 * 4096, 1);
        new Random(5).NextBytes(source.Bytes);
        using var registration = _fabric.Register(source.Address, source.LengthBytes);
        using var pair = new FabricPair(_fabric, area);
        pair.Grant(0);
        var frame = TestFrame.Of(FabricPair.Epoch, 0, 1, source.Part(0, bytes));
        pair.Write(frame, tag: 9);
        pair.Receive().ShouldBe(new Landing(0, frame.TotalBytes));
        area.Block(0)[..frame.TotalBytes].SequenceEqual(frame.Expected(source)).ShouldBeTrue();
        pair.PollAll(1);
    }

    [Fact]
    public void The_device_counts_a_packet_for_each_path_mtu_of_payload()
    {
        const int blockBytes = 1 << 18, frames = 20;
        var source = new TestArea(blockBytes, 1);
        var area = new TestArea(blockBytes, 1);
        using var registration = _fabric.Register(source.Address, source.LengthBytes);
        using var pair = new FabricPair(_fabric, area);
        var frame = TestFrame.Of(FabricPair.Epoch, 0, 1, source.Part(0, blockBytes - FrameHeaderPrefix.SizeBytes));
        var before = Cable.Counter("rxe0", "sent_pkts");
        for (var count = 0; count < frames; count++)
            Move(pair, frame, new ulong[1]);
        // Retries and probes come on top, so there is no upper bound to hold a busy machine to.
        (Cable.Counter("rxe0", "sent_pkts") - before).ShouldBeGreaterThanOrEqualTo(frames * blockBytes / MtuBytes);
    }

    [Theory]
    [InlineData(CompletionPolling.Busy)]
    [InlineData(CompletionPolling.Event)]
    [InlineData(CompletionPolling.Hybrid)]
    public void However_completions_are_waited_for_no_frame_is_missed(CompletionPolling polling)
    {
        var source = new TestArea(4096, 1);
        var area = new TestArea(4096, 4);
        using var registration = _fabric.Register(source.Address, source.LengthBytes);
        using var pair = new FabricPair(_fabric, area, new FabricOptions { Polling = polling });
        using var granted = new SemaphoreSlim(0);
        var writing = Watched.Start(() =>
        {
            for (var number = 0u; number < 200; number++)
            {
                granted.Wait(FabricPair.Watchdog).ShouldBeTrue();
                pair.Write(TestFrame.Of(FabricPair.Epoch, number % 4, number, source.Part(0, 500)), number);
                pair.PollAll(1);
            }
        });
        for (var number = 0u; number < 200; number++)
        {
            pair.Grant(number % 4);
            granted.Release();
            pair.Receive().Slot.ShouldBe(number % 4);
            TestFrame.Number(area.Block(number % 4)).ShouldBe(number);
        }
        writing.Join();
    }

    private static void Move(FabricPair pair, TestFrame frame, Span<ulong> tags)
    {
        pair.Grant(0);
        pair.Write(frame, 1);
        while (!pair.Receiver.TryReceive(out _, FabricPair.Watchdog))
        {
        }
        while (pair.Sender.Poll(tags, FabricPair.Watchdog) == 0)
        {
        }
    }
}
