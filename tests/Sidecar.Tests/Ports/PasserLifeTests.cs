using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.Sidecar.Tests.Ports.Pods;

namespace K8sMediaFlow.Sidecar.Tests.Ports;

/// <summary>A chain in one pod whose source lives again and again: whoever passes its frames on has to name the memory of the present life.</summary>
public sealed class PasserLifeTests
{
    private const int Lives = 12;

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
            var frame = (await Task.Run(() => render.Input("video").Receive(render.Stopping)).WaitAsync(TimeSpan.FromSeconds(60)))!.Value;
            frame.Stream.ShouldBe(life);
            frame.Dispose();
            pod.StatusOf("passer").State.ShouldBe(OperatorState.Attached, $"in life {life}: {pod.StatusOf("passer").Reason}");
        }
        passing.Failure.ShouldBeNull();
    }
}
