namespace K8sMediaFlow.Fabric.Tests;

/// <summary>What a frame costs over a stream of bytes, encrypted or not, and how the stream holds a sender back.</summary>
/// <param name="fabric">Whose ends need no identity.</param>
public abstract class StreamCostConformance(IFabric fabric)
{
    private protected const int Frames = 60;

    private protected readonly TestArea _source = new(1 << 18, 1);
    private protected readonly TestArea _area = new(1 << 18, Frames + 1);
    private readonly ulong[] _tags = new ulong[4];

    [Fact]
    public void A_frame_costs_no_managed_memory_at_either_end()
    {
        using var pair = Pair(FabricOptions.Default);
        var frame = TestFrame.Of(FabricPair.Epoch, 0, 1, _source.Part(0, 100_000), _source.Part(1, 999));
        for (var count = 0; count < 100; count++)
            MoveOne(pair, frame);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 1000; count++)
            MoveOne(pair, frame);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void A_receiver_that_reads_nothing_holds_the_sender_back_within_bounds()
    {
        using var pair = Pair(new FabricOptions
        {
            WriteTimeout = TimeSpan.FromMilliseconds(100),
            SendBufferBytes = 1 << 16,
            ReceiveBufferBytes = 1 << 16,
        });
        var source = new TestArea(8 << 20, 1);
        var frame = TestFrame.Of(FabricPair.Epoch, 0, 1, source.Part(0, 8 << 20));
        Should.Throw<FabricException>(() => pair.Write(frame, sizeBytes: int.MaxValue)).Error.ShouldBe(FabricError.Deadline);
        Should.Throw<FabricException>(() => pair.Write(frame, sizeBytes: int.MaxValue)).Error.ShouldBe(FabricError.Deadline);
    }

    [Fact]
    public void A_blocked_write_ends_when_another_thread_aborts()
    {
        using var pair = Pair(new FabricOptions
        {
            SendBufferBytes = 1 << 16,
            ReceiveBufferBytes = 1 << 16,
        });
        var source = new TestArea(8 << 20, 1);
        var frame = TestFrame.Of(FabricPair.Epoch, 0, 1, source.Part(0, 8 << 20));
        var writing = Watched.Start(() =>
            Should.Throw<FabricException>(() => pair.Write(frame, sizeBytes: int.MaxValue)).Error.ShouldBe(FabricError.Aborted));
        Thread.Sleep(50);
        pair.Sender.Abort();
        writing.Join();
    }

    [Fact]
    public void A_slow_receiver_gets_every_frame()
    {
        using var pair = Pair(new FabricOptions
        {
            SendBufferBytes = 1 << 14,
            ReceiveBufferBytes = 1 << 14,
        });
        for (var slot = 0u; slot < Frames; slot++)
            pair.Grant(slot);
        var writing = Watched.Start(() => WriteOnly(pair));
        for (var slot = 0u; slot < Frames; slot++)
        {
            Thread.Sleep(2);
            pair.Receive().Slot.ShouldBe(slot);
        }
        writing.Join();
    }

    private protected FabricPair Pair(FabricOptions options) => new(fabric, _area, options);

    private protected void WriteOnly(FabricPair pair)
    {
        for (var slot = 0u; slot < Frames; slot++)
            pair.Write(TestFrame.Of(FabricPair.Epoch, slot, slot, _source.Part(0, 700)), slot);
    }

    // A frame of this size fits the kernel's buffers: one thread can be both ends.
    private protected void MoveOne(FabricPair pair, TestFrame frame)
    {
        pair.Grant(0);
        pair.Write(frame, 1);
        while (!pair.Receiver.TryReceive(out _, FabricPair.Watchdog))
        {
        }
        pair.Sender.Poll(_tags, TimeSpan.Zero);
    }
}
