using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>
/// A chain in one pod whose source lives again and again: whoever passes its frames on has to name the memory of the present life.
/// </summary>
public sealed class PasserLifeTests
{
    private const int Lives = 12;

    [Fact]
    public async Task What_a_consumer_knows_of_a_dead_producers_memory_says_nothing_of_the_next_ones()
    {
        using var pod = new TestPod(new PodPlans(Execution.Streaming).Chain());
        await using var passer = await pod.Attach("passer");
        using var render = pod.AttachRaw("render").AwaitChannel();
        var reading = new ChannelConsumer(render.Rings!);
        using var passing = new Passing(passer);
        var camera = pod.AttachRaw("camera", incarnation: 1).AwaitChannel();
        new RawProducer(camera).Send();
        var earlier = Take();
        camera.Dispose();
        render.Until(() => !pod.Ports.IsAlive("camera-0") && pod.Ports.DeadLives("camera-0") == 0);

        // The reader is slow to learn of the new memory: until it has, nobody can name it to it.
        using var next = pod.AttachRaw("camera", incarnation: 2).AwaitChannel();
        new RawProducer(next) { Stream = 2 }.Send();
        Watchdog.Until(() => passing.Taken == 2, () => $"{passing.Taken} frames came to the passer");
        var later = Take();
        (later.Stream, later.Segment(1).Region).ShouldBe((2UL, earlier.Segment(1).Region));
        passing.Failure.ShouldBeNull();

        FrameDescriptor Take()
        {
            render.Until(() => reading.HasDescriptor);
            reading.TryPop(out var descriptor).ShouldBeTrue();
            reading.Return(descriptor.Ticket, ReturnKind.Both);
            render.Peer!.Ring();
            return descriptor;
        }
    }

    [Fact]
    public async Task A_passer_outlives_any_number_of_lives_of_its_producer()
    {
        using var pod = new TestPod(new PodPlans(Execution.Streaming).Chain());
        await using var passer = await pod.Attach("passer");
        await using var render = await pod.Attach("render");
        using var passing = new Passing(passer);
        for (var life = 1UL; life <= Lives; life++)
        {
            Watchdog.Until(() => !pod.Ports.IsAlive("camera-0") && pod.Ports.DeadLives("camera-0") < 2, () => "the last life lives");
            using var camera = pod.AttachRaw("camera", incarnation: life).AwaitChannel();
            var producer = new RawProducer(camera) { Stream = life };
            producer.Send();
            var frame = (await Task.Run(() => render.Inputs["video"].Receive(render.Stopping)).WaitAsync(Hang.Bound))!.Value;
            frame.Stream.ShouldBe(life);
            frame.Dispose();
            pod.StatusOf("passer").State.ShouldBe(MediaOperatorState.Attached, $"in life {life}: {pod.StatusOf("passer").Reason}");
        }
        passing.Failure.ShouldBeNull();
    }
}
