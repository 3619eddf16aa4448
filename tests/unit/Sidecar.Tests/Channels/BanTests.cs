using System.Buffers.Binary;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>
/// A media operator that writes garbage to the sidecar is banned, with a reason that names it. What one media operator says of another
/// bans neither.
/// </summary>
public sealed class BanTests
{
    private const int ReturnTailOffset = 192, ReturnCellsOffset = 4096 + (128 * PodPlans.Capacity);

    public static TheoryData<string> Garbage =>
        ["region", "block", "generation", "even generation", "offset", "length", "segments", "identity", "ticket", "kind", "tail",
            "tail back", "envelope", "gap",
            "frame that explains", "frame with a cause", "frame number 0", "gap number 0", "end that explains", "flags"];

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task A_producer_of_garbage_is_banned_at_the_link(string garbage)
    {
        using var pair = new PodPair(new PodPlans());
        await using var render = await pair.Receiver.Attach("render");
        using var camera = pair.Sender.AttachRaw("camera").AwaitChannel();
        var producer = new RawProducer(camera);
        producer.Send();
        using (var first = await Receive(render))
            first.Identity.Sequence.ShouldBe(1u);
        Spoil(producer, garbage);
        var reason = pair.Sender.AwaitBanned("camera");
        reason.ShouldContain("camera-0 broke the protocol on camera.video->render.video");
        camera.AwaitClosed().Violation.ShouldBe(reason);
        pair.Sender.AwaitForgotten("camera-0");
    }

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task A_channel_that_its_consumer_reports_ends_and_both_get_another_one(string garbage)
    {
        using var pod = new TestPod(new PodPlans().Together());
        await using var render = await pod.Attach("render");
        using var camera = pod.AttachRaw("camera").AwaitChannel();
        var producer = new RawProducer(camera);
        producer.Send();
        (await Receive(render)).Dispose();
        Spoil(producer, garbage);
        var reading = Receive(render);
        camera.Until(() => camera.Channels.Count == 2);
        camera.Closed.ShouldBe([camera.Channels[0].Id]);
        new RawProducer(camera, camera.Channels[1]) { Stream = 43 }.Send();
        using (var frame = await reading)
            frame.Identity.Stream.ShouldBe(43u);
        ShouldBothBeThere(pod);
    }

    [Theory]
    [InlineData("unknown ticket")]
    [InlineData("bad kind")]
    [InlineData("tail")]
    public async Task A_consumer_that_returns_garbage_to_a_link_is_banned(string garbage)
    {
        using var pair = new PodPair(new PodPlans());
        await using var camera = await pair.Sender.Attach("camera");
        using var render = pair.Receiver.AttachRaw("render").AwaitChannel();
        ReturnGarbage(render, garbage);
        pair.Receiver.AwaitBanned("render")
            .ShouldContain("render-0 broke the protocol on camera.video->render.video (camera.video->render.video from pod-a to render-0)");
        render.AwaitClosed();
        pair.Receiver.AwaitForgotten("render-0");
    }

    [Fact]
    public async Task A_channel_that_its_producer_reports_ends_and_both_get_another_one()
    {
        using var pod = new TestPod(new PodPlans().Together());
        await using var camera = await pod.Attach("camera");
        using var render = pod.AttachRaw("render").AwaitChannel();
        ReturnGarbage(render, "unknown ticket");
        render.Until(() => render.Closed.Count == 1);
        render.SendGoodbye(render.Closed[0]);
        render.Until(() => render.Channels.Count == 2);
        ShouldBothBeThere(pod);
    }

    [Fact]
    public void Who_says_that_its_producer_breaks_the_protocol_bans_nobody_and_in_the_end_gets_no_channel_any_more()
    {
        using var pod = new TestPod(new PodPlans(Execution.Streaming).Together());
        using var camera = pod.AttachRaw("camera");
        using (var render = pod.AttachRaw("render"))
        {
            for (var report = 1; report <= ChannelBroker.ReportsMax; report++)
            {
                render.Until(() => render.Channels.Count == report);
                camera.Until(() => camera.Channels.Count == report);
                render.Report(render.Channel, "a lie");
                render.Until(() => render.Closed.Contains(render.Channel));
                render.SendGoodbye(render.Channel);
            }
            pod.Ports.Apart(SendingPod.Edge).ShouldBe(["a new life of camera-0 or render-0: one of them breaks the protocol"]);
            ShouldBothBeThere(pod);
        }
        using var next = pod.AttachRaw("render", incarnation: 78).AwaitChannel();
        camera.Until(() => camera.Channels.Count == ChannelBroker.ReportsMax + 1);
        pod.Ports.Apart(SendingPod.Edge).ShouldBeEmpty();
        camera.Closed.ShouldBe(camera.Channels.Take(ChannelBroker.ReportsMax).Select(channel => channel.Id));
        ShouldBothBeThere(pod);
    }

    [Fact]
    public async Task Who_says_that_its_consumer_breaks_the_protocol_bans_nobody()
    {
        using var pod = new TestPod(new PodPlans().Together());
        await using var render = await pod.Attach("render");
        using var camera = pod.AttachRaw("camera").AwaitChannel();
        camera.Report(camera.Channel, "a lie");
        camera.Until(() => camera.Channels.Count == 2);
        new RawProducer(camera, camera.Channels[1]).Send();
        (await Receive(render)).Dispose();
        ShouldBothBeThere(pod);
    }

    [Fact]
    public void A_report_says_nothing_of_a_channel_whose_other_end_is_gone()
    {
        using var pod = new TestPod(new PodPlans(Execution.Streaming).Together());
        using var render = pod.AttachRaw("render");
        using (var camera = pod.AttachRaw("camera"))
            render.AwaitChannel();
        render.Until(() => render.Closed.Count == 1);
        render.Report(render.Channel, "too late");
        render.SendGoodbye(render.Channel);
        pod.AwaitForgotten("camera-0");
        pod.Ports.IsAlive("render-0").ShouldBeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_report_of_the_sidecars_own_end_ends_the_channel_and_brings_another_one(bool isProducer)
    {
        using var pair = new PodPair(new PodPlans());
        var (pod, honest) = isProducer ? (pair.Sender, pair.Receiver) : (pair.Receiver, pair.Sender);
        await using var other = await honest.Attach(isProducer ? "render" : "camera");
        using var liar = pod.AttachRaw(isProducer ? "camera" : "render").AwaitChannel();
        liar.Report(liar.Channel, "a lie");
        liar.Until(() => liar.Closed.Count == 1);
        if (!isProducer)
            liar.SendGoodbye(liar.Channel);
        liar.Until(() => liar.Channels.Count == 2);
        if (isProducer)
        {
            new RawProducer(liar, liar.Channels[1]).Send();
            (await Receive(other)).Dispose();
        }
        else
        {
            using var loan = other.Outputs["video"].Loan();
            loan.Send();
            var consumer = new ChannelConsumer(liar.Rings!);
            liar.Until(() => consumer.TryPop(out _));
        }
    }

    [Theory]
    [InlineData(99ul)]
    [InlineData(ulong.MaxValue)]
    public void A_report_of_a_channel_that_is_not_the_reporters_bans_the_reporter(ulong channel)
    {
        using var pod = new TestPod(new PodPlans().Together());
        using var camera = pod.AttachRaw("camera");
        using var render = pod.AttachRaw("render").AwaitChannel();
        render.Report(channel, "nonsense");
        pod.AwaitBanned("render").ShouldContain($"names channel {channel}, which is not its own");
        pod.Ports.IsAlive("camera-0").ShouldBeTrue();
    }

    [Fact]
    public void A_goodbye_to_a_living_producer_bans_its_sender()
    {
        using var pod = new TestPod(new PodPlans().Together());
        using var camera = pod.AttachRaw("camera");
        using var render = pod.AttachRaw("render").AwaitChannel();
        render.SendGoodbye(render.Channel);
        pod.AwaitBanned("render").ShouldContain("living producer");
    }

    [Fact]
    public void In_a_batch_run_nobody_attaches_under_a_banned_name()
    {
        using var pod = new TestPod(new PodPlans().Together());
        var reason = BanCamera(pod);
        using var next = pod.AttachRaw("camera", incarnation: 2);
        next.Refusal.ShouldBe((AttachMessage.RefusalCode.Banned, reason));
        pod.StatusOf("camera").Reason.ShouldBe(reason);
    }

    [Fact]
    public void In_a_streaming_run_the_next_process_attaches_and_the_banned_one_does_not()
    {
        using var pod = new TestPod(new PodPlans(Execution.Streaming).Together());
        var reason = BanCamera(pod);
        using (var same = pod.AttachRaw("camera", incarnation: 1))
            same.Refusal.ShouldBe((AttachMessage.RefusalCode.Banned, reason));
        using var next = pod.AttachRaw("camera", incarnation: 2);
        next.Refusal.ShouldBeNull();
        Watchdog.Until(() => pod.Ports.IsAlive("camera-0"), () => pod.StatusOf("camera").ToString());
        pod.StatusOf("camera").Reason.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_banned_media_operator_fails_with_the_reason()
    {
        using var pod = new TestPod(new PodPlans().Together());
        await using var camera = await pod.Attach("camera");
        pod.Ports.Visit((ends, _) => ends.Single().Ban("a frame smelled"));
        Watchdog.Until(() => camera.Stopping.IsCancellationRequested, () => "the operator goes on");
        var failure = Should.Throw<MediaOperatorException>(() => camera.Outputs["video"].Loan(100));
        failure.Message.ShouldContain("a frame smelled");
    }

    private static void ShouldBothBeThere(TestPod pod)
    {
        foreach (var name in new[] { "camera", "render" })
        {
            pod.Ports.IsAlive($"{name}-0").ShouldBeTrue();
            pod.StatusOf(name).State.ShouldBe(MediaOperatorState.Attached);
        }
    }

    private static string BanCamera(TestPod pod)
    {
        using var camera = pod.AttachRaw("camera", incarnation: 1);
        camera.SendGoodbye(12);
        var reason = pod.AwaitBanned("camera");
        camera.AwaitClosed();
        pod.AwaitForgotten("camera-0");
        return reason;
    }

    private static async Task<Frame> Receive(MediaOperator render) =>
        (await Task.Run(() => render.Inputs["video"].Receive(render.Stopping)).WaitAsync(Hang.Bound))!.Value;

    private static void Spoil(RawProducer producer, string garbage)
    {
        switch (garbage)
        {
            case "ticket":
                producer.SendTicket(7);
                break;
            case "kind":
                producer.SendKind(9);
                break;
            case "tail":
                producer.JumpTail(1000);
                break;
            case "tail back":
                producer.JumpTail(0);
                break;
            case "envelope":
                producer.SendGarbledEnvelope();
                break;
            default:
                producer.Send(descriptor => Spoil(descriptor, garbage));
                break;
        }
    }

    private static FrameDescriptor Spoil(FrameDescriptor descriptor, string garbage)
    {
        ref var payload = ref descriptor.Segment(1);
        switch (garbage)
        {
            case "region":
                payload = payload with { Region = 9 };
                break;
            case "block":
                payload = payload with { Block = 1_000_000 };
                break;
            case "generation":
                payload = payload with { Generation = payload.Generation + 2 };
                break;
            case "even generation":
                payload = payload with { Generation = payload.Generation + 1 };
                break;
            case "offset":
                payload = payload with { Offset = uint.MaxValue };
                break;
            case "length":
                payload = payload with { Length = uint.MaxValue };
                break;
            case "segments":
                descriptor.SegmentCount = 60;
                break;
            case "identity":
                descriptor.Sequence += 5;
                break;
            case "gap":
                (descriptor.Kind, descriptor.SegmentCount, descriptor.GapCount, descriptor.GapCause) = (FrameKind.Gap, 0, uint.MaxValue,
                    (GapCause)9);
                break;
            case "frame that explains":
                descriptor.GapCount = 1;
                break;
            case "frame with a cause":
                descriptor.GapCause = GapCause.Lost;
                break;
            case "frame number 0":
                descriptor.Sequence = 0;
                break;
            case "gap number 0":
                (descriptor.Kind, descriptor.SegmentCount, descriptor.GapCount, descriptor.GapCause, descriptor.Sequence) = (FrameKind.Gap,
                    0, 1, GapCause.Lost, 0);
                break;
            case "end that explains":
                (descriptor.Kind, descriptor.SegmentCount, descriptor.GapCount) = (FrameKind.EndOfStream, 0, 1);
                break;
            case "flags":
                descriptor.Flags = (DescriptorFlags)0x100;
                break;
        }
        return descriptor;
    }

    private static void ReturnGarbage(RawMediaOperator render, string garbage)
    {
        var cell = render.Rings!.Span(ReturnCellsOffset, 16);
        BinaryPrimitives.WriteUInt64LittleEndian(cell, garbage == "unknown ticket" ? 5u : 1u);
        BinaryPrimitives.WriteUInt32LittleEndian(cell[8..], garbage == "bad kind" ? 77u : 3u);
        BinaryPrimitives.WriteUInt64LittleEndian(render.Rings.Span(ReturnTailOffset, 8), garbage == "tail" ? ulong.MaxValue : 1u);
        render.Peer!.Ring();
    }
}
