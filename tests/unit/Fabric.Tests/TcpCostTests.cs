using System.Net;
using K8sMediaFlow.Fabric.Tcp;

namespace K8sMediaFlow.Fabric.Tests;

/// <summary>What a frame costs: no managed memory, one call out, one call in where frames wait.</summary>
public sealed class TcpCostTests() : StreamCostConformance(new TcpFabric())
{
    [Fact]
    public void A_frame_leaves_with_one_call_and_arrives_with_one_where_frames_wait()
    {
        using var pair = Pair(FabricOptions.Default);
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
    public void The_congestion_control_that_is_asked_for_is_used()
    {
        using var pair = Pair(new FabricOptions { CongestionControl = "reno" });
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

    private void WriteAll(FabricPair pair)
    {
        for (var slot = 0u; slot < Frames; slot++)
            pair.Grant(slot);
        WriteOnly(pair);
    }
}
