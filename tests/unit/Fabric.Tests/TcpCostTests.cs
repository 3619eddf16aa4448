using System.Net;
using K8sMediaFlow.Fabric.Tcp;

namespace K8sMediaFlow.Fabric.Tests;

/// <summary>What a frame costs: no managed memory, one call out, one call in where frames wait.</summary>
public sealed class TcpCostTests
{
    private const int Frames = 60;

    private readonly TestArea _source = new(4096, 1);
    private readonly TestArea _area = new(4096, Frames + 1);
    private readonly ulong[] _tags = new ulong[4];

    [Fact]
    public void A_frame_leaves_with_one_call_and_arrives_with_one_where_frames_wait()
    {
        using var pair = Pair();
        var sent = ((TcpSender)pair.Sender).TransferCalls;
        WriteAll(pair);
        (((TcpSender)pair.Sender).TransferCalls - sent).ShouldBe(Frames);
        var received = ((TcpReceiver)pair.Receiver).TransferCalls;
        for (var count = 0; count < Frames; count++)
            pair.Receive();
        // One for the first header; then each body's call takes the next header along.
        (((TcpReceiver)pair.Receiver).TransferCalls - received).ShouldBeLessThanOrEqualTo(Frames + 1);
    }

    [Fact]
    public void A_frame_costs_no_managed_memory_at_either_end()
    {
        using var pair = Pair();
        var frame = TestFrame.Of(FabricPair.Epoch, 0, 1, _source.Part(0, 1000), _source.Part(1, 999));
        MoveOne(pair, frame);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 1000; count++)
            MoveOne(pair, frame);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void A_receiver_that_reads_nothing_holds_the_sender_back_within_bounds()
    {
        using var pair = new FabricPair(new TcpFabric(), _area, new FabricOptions
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
        using var pair = new FabricPair(new TcpFabric(), _area, new FabricOptions
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
        using var pair = new FabricPair(new TcpFabric(), _area, new FabricOptions
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

    [Fact]
    public void The_congestion_control_that_is_asked_for_is_used()
    {
        using var pair = new FabricPair(new TcpFabric(), _area, new FabricOptions { CongestionControl = "reno" });
        ((TcpSender)pair.Sender).CongestionControl.ShouldBe("reno");
    }

    [Fact]
    public void A_congestion_control_that_the_kernel_has_not_is_named_in_the_error()
    {
        using var fabric = new TcpFabric();
        var options = new FabricOptions { CongestionControl = "no-such-thing" };
        var refused = Should.Throw<FabricException>(() => fabric.Listen(IPAddress.Loopback, 0, options));
        refused.Error.ShouldBe(FabricError.Incompatible);
        refused.Message.ShouldContain("no-such-thing");
    }

    [Fact]
    public void Connecting_has_a_deadline()
    {
        // A listener whose queue is full answers no connection attempt: the kernel drops them.
        using var full = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var invitation = new TcpOfferPayload((IPEndPoint)full.LocalEndPoint!, 1, new byte[16]).ToBytes();
        using var fabric = new TcpFabric();
        var errors = new List<FabricError>();
        var open = new List<IDisposable>();
        for (var turn = 0; turn < 8 && errors.Count == 0; turn++)
        {
            try
            {
                open.Add(fabric.Propose(FabricOptions.Default).Connect(invitation, TimeSpan.FromMilliseconds(100)));
            }
            catch (FabricException refused)
            {
                errors.Add(refused.Error);
            }
        }
        open.ForEach(one => one.Dispose());
        errors.ShouldBe([FabricError.Deadline]);
    }

    private FabricPair Pair() => new(new TcpFabric(), _area);

    private void WriteAll(FabricPair pair)
    {
        for (var slot = 0u; slot < Frames; slot++)
            pair.Grant(slot);
        WriteOnly(pair);
    }

    private void WriteOnly(FabricPair pair)
    {
        for (var slot = 0u; slot < Frames; slot++)
            pair.Write(TestFrame.Of(FabricPair.Epoch, slot, slot, _source.Part(0, 700)), slot);
    }

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
