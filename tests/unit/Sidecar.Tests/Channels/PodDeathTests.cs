using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>Ends and deaths, as the pods at both ends of a link see them.</summary>
public sealed class PodDeathTests
{
    [Fact]
    public async Task The_end_of_two_producers_of_one_link_comes_once_with_the_highest_sequence()
    {
        using var pair = new PodPair(new PodPlans(Cameras: 2));
        using var first = pair.Sender.AttachRaw("camera");
        using var second = pair.Sender.AttachRaw("camera", replica: 1);
        await using var render = await pair.Receiver.Attach("render");
        var (left, right) = (new RawProducer(first.AwaitChannel()), new RawProducer(second.AwaitChannel()));
        left.Send();
        (await Receive(render))!.Value.Dispose();
        left.End(900);
        Watchdog.Until(() => pair.Sender.Outbound!.IsEmpty, () => "the first end was not taken");
        pair.Receiver.Inbound!.Ended.ShouldBeFalse();
        render.Inputs["video"].Ended.ShouldBeFalse();
        right.End(3);
        (await Receive(render)).ShouldBeNull();
        Watchdog.Until(() => pair.Sender.Outbound!.Ended && pair.Receiver.Inbound.Ended, () => "the stream has not ended");
        // The higher sequence came with the end that was not passed on.
        pair.Receiver.Inbound.LastSequence.ShouldBe(900u);
    }

    [Fact]
    public async Task What_a_dead_consumer_of_a_link_had_not_returned_goes_to_its_successor()
    {
        using var pair = new PodPair(new PodPlans(Execution.Streaming));
        await using var camera = await pair.Sender.Attach("camera");
        var dying = await pair.Receiver.Attach("render");
        for (var frame = 0; frame < 5; frame++)
        {
            using var loan = camera.Outputs["video"].Loan();
            loan.Send();
        }
        (await Receive(dying))!.Value.Dispose();
        var held = await Receive(dying);
        held!.Value.Identity.Sequence.ShouldBe(2u);
        Watchdog.Until(() => pair.Receiver.Inbound!.NotDone == 4, () => $"{pair.Receiver.Inbound!.NotDone} are not done");
        await dying.DisposeAsync();
        await using var successor = await pair.Receiver.Attach("render");
        for (var sequence = 2u; sequence <= 5; sequence++)
        {
            using var frame = await Receive(successor);
            frame!.Value.Identity.Sequence.ShouldBe(sequence);
        }
        Watchdog.Until(() => pair.Receiver.Inbound!.NotDone == 0 && pair.Sender.Outbound!.IsEmpty, () => "something is not done");
    }

    [Fact]
    public async Task Nothing_of_a_dead_producers_memory_is_left_after_the_goodbyes()
    {
        const string name = "mortal";
        using var pod = new TestPod(new PodPlans(Execution.Streaming, Camera: name).Together());
        await using var render = await pod.Attach("render");
        var camera = pod.AttachRaw(name).AwaitChannel();
        new RawProducer(camera).Send();
        var held = await Receive(render);
        OpenMemory.Named($"kmf-{name}-0").ShouldBeGreaterThan(0);
        OpenMemory.Mapped($"kmf-{name}-0").ShouldBeGreaterThan(0);
        camera.Dispose();
        // A reader still holds a frame of it: the region lives on.
        Watchdog.Until(() => !pod.Ports.IsAlive($"{name}-0"), () => "the producer lives");
        pod.Ports.DeadLives($"{name}-0").ShouldBe(1);
        held!.Value.Dispose();
        pod.AwaitForgotten($"{name}-0");
        Watchdog.Until(
            () => OpenMemory.Named($"kmf-{name}-0") == 0 && OpenMemory.Mapped($"kmf-{name}-0") == 0,
            () => $"{OpenMemory.Named($"kmf-{name}-0")} descriptors and {OpenMemory.Mapped($"kmf-{name}-0")} mappings are left");
    }

    [Fact]
    public async Task A_reader_that_keeps_its_newest_frame_holds_up_no_successor_of_its_producer()
    {
        const string name = "camera";
        using var pod = new TestPod(new PodPlans(Execution.Streaming, Camera: name).Together());
        await using var render = await pod.Attach("render");
        Frame? newest = null;
        for (var life = 1UL; life <= 4; life++)
        {
            Watchdog.Until(() => !pod.Ports.IsAlive($"{name}-0"), () => "the last life lives");
            using var camera = pod.AttachRaw(name, incarnation: life).AwaitChannel();
            var producer = new RawProducer(camera);
            while (producer.Sent < life)
                producer.Send();
            var frame = await Receive(render);
            frame!.Value.Sequence.ShouldBe(life);
            newest?.Dispose();
            newest = frame;
        }
        pod.Ports.DeadLives($"{name}-0").ShouldBeInRange(0, 2);
        newest!.Value.Dispose();
        pod.AwaitForgotten($"{name}-0");
    }

    [Fact]
    public async Task A_sink_that_comes_back_after_its_source_has_completed_sees_the_end()
    {
        using var pod = new TestPod(new PodPlans(Execution.Streaming).Together());
        var render = await pod.Attach("render");
        var camera = await pod.Attach("camera");
        var reading = Receive(render);
        camera.Outputs["video"].Complete();
        (await reading).ShouldBeNull();
        await camera.DisposeAsync();
        render.Fail("it dies before its last word");
        await render.DisposeAsync();
        await using var successor = await pod.Attach("render");
        (await Receive(successor)).ShouldBeNull();
    }

    private static Task<Frame?> Receive(MediaOperator render) =>
        Task.Run(() => render.Inputs["video"].Receive(render.Stopping)).WaitAsync(Hang.Bound);
}
