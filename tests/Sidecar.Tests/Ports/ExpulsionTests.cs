using System.Buffers.Binary;
using K8sMediaFlow.Messages;
using K8sMediaFlow.OperatorSdk;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.Sidecar.Tests.Ports.Pods;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sidecar.Tests.Ports;

/// <summary>Whoever writes garbage is sent away with a reason that names it, and nobody else is.</summary>
public sealed class ExpulsionTests
{
    private const int ReturnTailOffset = 192, ReturnCellsOffset = 4096 + (128 * PodPlans.Capacity);

    public static TheoryData<string> Garbage =>
        ["region", "block", "generation", "even generation", "offset", "length", "segments", "identity", "ticket", "kind", "tail", "tail back", "envelope", "gap",
            "frame that explains", "frame with a cause", "frame number 0", "gap number 0", "end that explains", "flags"];

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task A_producer_of_garbage_is_expelled_at_the_link(string garbage)
    {
        using var pair = new PodPair(new PodPlans());
        await using var render = await pair.Receiver.Attach("render");
        using var camera = pair.Sender.AttachRaw("camera").AwaitChannel();
        var producer = new RawProducer(camera);
        producer.Send();
        using (var first = await Receive(render))
            first.Identity.Sequence.ShouldBe(1u);
        Spoil(producer, garbage);
        var reason = pair.Sender.AwaitExpelled("camera");
        reason.ShouldContain("camera-0 broke the protocol on camera.video->render.video");
        camera.AwaitClosed().Violation.ShouldBe(reason);
        pair.Sender.AwaitForgotten("camera-0");
    }

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task A_producer_of_garbage_is_expelled_when_its_consumer_reports_it(string garbage)
    {
        using var pod = new TestPod(new PodPlans().Together());
        await using var render = await pod.Attach("render");
        using var camera = pod.AttachRaw("camera").AwaitChannel();
        var producer = new RawProducer(camera);
        producer.Send();
        (await Receive(render)).Dispose();
        Spoil(producer, garbage);
        var reading = Task.Run(() => render.Input("video").Receive(render.Stopping));
        var reason = pod.AwaitExpelled("camera");
        reason.ShouldContain("camera-0 broke the protocol on camera.video->render.video (camera-0 to render-0): video: ");
        reason.ShouldEndWith("(reported by render-0)");
        camera.AwaitClosed().Violation.ShouldBe(reason);
        pod.AwaitForgotten("camera-0");
        pod.Ports.IsAlive("render-0").ShouldBeTrue();
        render.Fail("the test is over");
        await Should.ThrowAsync<Exception>(reading);
    }

    [Theory]
    [InlineData("unknown ticket")]
    [InlineData("bad kind")]
    [InlineData("tail")]
    public async Task A_consumer_that_returns_garbage_to_a_link_is_expelled(string garbage)
    {
        using var pair = new PodPair(new PodPlans());
        await using var camera = await pair.Sender.Attach("camera");
        using var render = pair.Receiver.AttachRaw("render").AwaitChannel();
        ReturnGarbage(render, garbage);
        pair.Receiver.AwaitExpelled("render").ShouldContain("render-0 broke the protocol on camera.video->render.video (camera.video->render.video from pod-a to render-0)");
        render.AwaitClosed();
        pair.Receiver.AwaitForgotten("render-0");
    }

    [Fact]
    public async Task A_consumer_that_returns_garbage_to_an_operator_is_expelled()
    {
        using var pod = new TestPod(new PodPlans().Together());
        await using var camera = await pod.Attach("camera");
        using var render = pod.AttachRaw("render").AwaitChannel();
        ReturnGarbage(render, "unknown ticket");
        pod.AwaitExpelled("render").ShouldContain("(reported by camera-0)");
        pod.Ports.IsAlive("camera-0").ShouldBeTrue();
    }

    [Theory]
    [InlineData(99ul)]
    [InlineData(ulong.MaxValue)]
    public void A_report_of_a_channel_that_is_not_the_reporters_expels_the_reporter(ulong channel)
    {
        using var pod = new TestPod(new PodPlans().Together());
        using var camera = pod.AttachRaw("camera");
        using var render = pod.AttachRaw("render").AwaitChannel();
        render.Report(channel, "nonsense");
        pod.AwaitExpelled("render").ShouldContain($"names channel {channel}, which is not its own");
        pod.Ports.IsAlive("camera-0").ShouldBeTrue();
    }

    [Fact]
    public void A_goodbye_to_a_living_producer_expels()
    {
        using var pod = new TestPod(new PodPlans().Together());
        using var camera = pod.AttachRaw("camera");
        using var render = pod.AttachRaw("render").AwaitChannel();
        render.SayGoodbye(render.Channel);
        pod.AwaitExpelled("render").ShouldContain("living producer");
    }

    [Fact]
    public void In_a_batch_run_nobody_attaches_under_an_expelled_name()
    {
        using var pod = new TestPod(new PodPlans().Together());
        var reason = ExpelCamera(pod);
        using var next = pod.AttachRaw("camera", incarnation: 2);
        next.Refusal.ShouldBe((AttachMessage.RefusalCode.Expelled, reason));
        pod.StatusOf("camera").Reason.ShouldBe(reason);
    }

    [Fact]
    public void In_a_streaming_run_the_next_process_attaches_and_the_expelled_one_does_not()
    {
        using var pod = new TestPod(new PodPlans(Execution.Streaming).Together());
        var reason = ExpelCamera(pod);
        using (var same = pod.AttachRaw("camera", incarnation: 1))
            same.Refusal.ShouldBe((AttachMessage.RefusalCode.Expelled, reason));
        using var next = pod.AttachRaw("camera", incarnation: 2);
        next.Refusal.ShouldBeNull();
        Watchdog.Until(() => pod.Ports.IsAlive("camera-0"), () => pod.StatusOf("camera").ToString());
        pod.StatusOf("camera").Reason.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_expelled_media_operator_fails_with_the_reason()
    {
        using var pod = new TestPod(new PodPlans().Together());
        await using var camera = await pod.Attach("camera");
        using var render = pod.AttachRaw("render").AwaitChannel();
        render.Report(render.Channel, "a frame smelled");
        pod.AwaitExpelled("camera").ShouldContain("a frame smelled");
        Watchdog.Until(() => camera.Stopping.IsCancellationRequested, () => "the operator goes on");
        var failure = Should.Throw<MediaOperatorException>(() => camera.Output("video").Loan(100));
        failure.Message.ShouldContain("camera-0 broke the protocol on camera.video->render.video (camera-0 to render-0): a frame smelled (reported by render-0)");
    }

    private static string ExpelCamera(TestPod pod)
    {
        using var camera = pod.AttachRaw("camera", incarnation: 1);
        camera.SayGoodbye(12);
        var reason = pod.AwaitExpelled("camera");
        camera.AwaitClosed();
        pod.AwaitForgotten("camera-0");
        return reason;
    }

    private static async Task<Frame> Receive(MediaOperator render) =>
        (await Task.Run(() => render.Input("video").Receive(render.Stopping)).WaitAsync(TimeSpan.FromSeconds(60)))!.Value;

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
                (descriptor.Kind, descriptor.SegmentCount, descriptor.GapCount, descriptor.GapCause) = (DescriptorKind.Gap, 0, uint.MaxValue, (GapCause)9);
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
                (descriptor.Kind, descriptor.SegmentCount, descriptor.GapCount, descriptor.GapCause, descriptor.Sequence) = (DescriptorKind.Gap, 0, 1, GapCause.Lost, 0);
                break;
            case "end that explains":
                (descriptor.Kind, descriptor.SegmentCount, descriptor.GapCount) = (DescriptorKind.EndOfStream, 0, 1);
                break;
            case "flags":
                descriptor.Flags = (DescriptorFlags)0x100;
                break;
        }
        return descriptor;
    }

    private static void ReturnGarbage(RawOperator render, string garbage)
    {
        var cell = render.Rings!.Span(ReturnCellsOffset, 16);
        BinaryPrimitives.WriteUInt64LittleEndian(cell, garbage == "unknown ticket" ? 5u : 1u);
        BinaryPrimitives.WriteUInt32LittleEndian(cell[8..], garbage == "bad kind" ? 77u : 3u);
        BinaryPrimitives.WriteUInt64LittleEndian(render.Rings.Span(ReturnTailOffset, 8), garbage == "tail" ? ulong.MaxValue : 1u);
        render.Peer!.Ring();
    }
}
