namespace K8sMediaFlow.Fabric.Tests.Tls;

/// <summary>What a frame costs with TLS, and how long one key lasts.</summary>
public sealed class TlsCostTests
{
    private readonly TestArea _source = new(1 << 18, 1);
    private readonly TestArea _area = new(1 << 18, 2);
    private readonly ulong[] _tags = new ulong[4];

    [Fact]
    public void A_frame_costs_no_managed_memory_at_either_end()
    {
        using var pair = Pair(FabricOptions.Default);
        var frame = TestFrame.Of(FabricPair.Epoch, 0, 1, _source.Part(0, 100_000), _source.Part(1, 999));
        for (var count = 0; count < 100; count++)
            MoveOne(pair, frame);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 500; count++)
            MoveOne(pair, frame);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void A_small_frame_is_one_record_and_one_call()
    {
        using var pair = Pair(FabricOptions.Default with { TlsRecordsMax = 10 });
        var frame = TestFrame.Of(FabricPair.Epoch, 0, 1, _source.Part(0, 1000), _source.Part(1, 999), _source.Part(5, 30));
        var calls = ((Tcp.TcpSender)pair.Sender).TransferCalls;
        for (var count = 1; count <= 10; count++)
        {
            pair.Sender.IsKeyUsedUp.ShouldBeFalse();
            MoveOne(pair, frame);
        }
        (((Tcp.TcpSender)pair.Sender).TransferCalls - calls).ShouldBe(10);
        pair.Sender.IsKeyUsedUp.ShouldBeTrue();
    }

    [Fact]
    public void A_key_that_is_used_up_still_encrypts()
    {
        using var pair = Pair(FabricOptions.Default with { TlsRecordsMax = 1 });
        var frame = TestFrame.Of(FabricPair.Epoch, 0, 1, _source.Part(0, 100_000));
        for (var count = 0; count < 5; count++)
            MoveOne(pair, frame);
        pair.Sender.IsKeyUsedUp.ShouldBeTrue();
    }

    [Fact]
    public void Without_tls_no_key_is_used_up()
    {
        using var pair = new FabricPair(new Tcp.TcpFabric(), _area, FabricOptions.Default with { TlsRecordsMax = 0 });
        pair.Sender.IsKeyUsedUp.ShouldBeFalse();
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
    }

    private FabricPair Pair(FabricOptions options) =>
        new(new IdentifiedFabric(TestIdentities.Both, TestIdentities.Both), _area, options);

    // A frame of this size fits the kernel's buffers: one thread can be both ends.
    private void MoveOne(FabricPair pair, TestFrame frame)
    {
        pair.Grant(0);
        pair.Write(frame, 1);
        while (!pair.Receiver.TryReceive(out _, FabricPair.Watchdog))
        {
        }
        pair.Sender.Poll(_tags, TimeSpan.Zero);
    }
}
