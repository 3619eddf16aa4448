using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>
/// Whatever comes through the attach socket, before or after the name is proved: the connection ends, the sidecar goes on.
/// </summary>
public sealed class AttachFuzzTests
{
    private const int Strangers = 150, Impostors = 60, MessagesEach = 12;

    [Fact]
    public async Task Garbage_at_the_attach_socket_ends_its_connection_and_nothing_else()
    {
        var random = new Random(Seed.Take(nameof(Garbage_at_the_attach_socket_ends_its_connection_and_nothing_else)));
        using var pod = new TestPod(new PodPlans(Execution.Streaming).Together());
        for (var round = 0; round < Strangers; round++)
            SendAsStranger(pod, random);
        await using (var render = await pod.Attach("render"))
        {
            for (var round = 0; round < Impostors; round++)
                SendAsOperator(pod, random, (ulong)round + 1);
            pod.Ports.IsAlive("render-0").ShouldBeTrue();
            await using var camera = await pod.Attach("camera");
            using (var loan = camera.Outputs["video"].Loan())
                loan.Send();
            using var frame = await Task.Run(() => render.Inputs["video"].Receive(render.Stopping)).WaitAsync(Hang.Bound);
            frame!.Value.Identity.Sequence.ShouldBe(1u);
        }
        pod.AwaitForgotten("camera-0");
        pod.AwaitForgotten("render-0");
        pod.Ports.Visit((ends, channels) => (ends.Count + channels.Count).ShouldBe(0));
    }

    [Fact]
    public void A_message_longer_than_the_protocol_allows_bans_its_sender()
    {
        using var pod = new TestPod(new PodPlans().Together());
        using var camera = pod.AttachRaw("camera");
        Watchdog.Until(() => pod.Ports.IsAlive("camera-0"), () => pod.StatusOf("camera").ToString());
        using var socket = MemoryFile.Create("gift", 4096);
        camera.SendBytes(new byte[16], socket.Descriptor);
        pod.AwaitBanned("camera").ShouldContain("more bytes or descriptors than the protocol allows");
        camera.AwaitClosed();
    }

    private static void SendAsStranger(TestPod pod, Random random)
    {
        using var stranger = new RawMediaOperator(pod.SocketPath, "camera");
        var message = Hello(random);
        Mutate(message, random);
        stranger.SendBytes(message);
        // A mutant may still be sound, and a sound one may wait for the rest of the handshake: who leaves ends it.
        if (random.Next(4) == 0)
            stranger.Until(() => stranger.IsClosed || stranger.Heard.Count > 0);
    }

    private static void SendAsOperator(TestPod pod, Random random, ulong incarnation)
    {
        pod.AwaitForgotten("camera-0");
        using var camera = pod.AttachRaw("camera", incarnation: incarnation);
        if (camera.Refusal is null && random.Next(3) > 0)
            camera.AwaitChannel();
        for (var sent = 0; sent < MessagesEach && !camera.IsClosed; sent++)
        {
            var message = Sound(random, camera);
            if (random.Next(3) == 0)
                Mutate(message, random);
            camera.SendBytes(message);
        }
    }

    private static byte[] Hello(Random random)
    {
        var buffer = new MessageBuffer(4096);
        var hello = buffer.Begin<AttachMessage.Builder>().InitHello();
        (hello.ProtocolLowest, hello.ProtocolHighest, hello.Operator) = (1, 1, "camera");
        hello.Token = System.Text.Encoding.UTF8.GetBytes(PodPlans.TokenOf(random.Next(2) == 0 ? "camera" : "nobody"));
        (hello.Incarnation, hello.Role) = ((ulong)random.NextInt64(), (AttachMessage.Role)random.Next(3));
        return buffer.Finish().ToArray();
    }

    /// <summary>A message whose form is right and whose content or time need not be.</summary>
    private static byte[] Sound(Random random, RawMediaOperator camera)
    {
        var buffer = new MessageBuffer(4096);
        var message = buffer.Begin<AttachMessage.Builder>();
        var channel = random.Next(3) switch { 0 => camera.Channel, 1 => (ulong)random.Next(50), _ => (ulong)random.NextInt64() };
        switch (random.Next(9))
        {
            case 0:
                message.InitRegionMapped().Region = (uint)random.Next(4);
                break;
            case 1:
                var ready = message.InitChannelRegionReady();
                (ready.Channel, ready.Index, ready.Region) = (channel, (ushort)random.Next(ushort.MaxValue), (uint)random.Next(4));
                break;
            case 2:
                message.InitChannelReady().Channel = channel;
                break;
            case 3:
                message.InitGoodbye().Channel = channel;
                break;
            case 4:
                message.SetCompleted();
                break;
            case 5:
                message.InitFailed().Reason = new string('x', random.Next(1000));
                break;
            case 6 when channel != camera.Channel || channel == 0:
                message.InitViolation().Channel = channel;
                break;
            case 7:
                message.InitHello().Operator = "camera";
                break;
            default:
                message.InitWelcome().Pipeline = "mine";
                break;
        }
        return buffer.Finish().ToArray();
    }

    private static void Mutate(byte[] message, Random random)
    {
        for (var change = random.Next(1, 6); change > 0; change--)
        {
            var place = random.Next(message.Length);
            message[place] = random.Next(3) switch
            {
                0 => (byte)(message[place] ^ (1 << random.Next(8))),
                1 => 0xFF,
                _ => (byte)random.Next(256)
            };
        }
    }
}
