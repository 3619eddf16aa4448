using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>A tool sees everything and can change nothing.</summary>
public sealed class ObserverTests
{
    [Fact]
    public async Task An_observer_gets_every_region_and_channel_and_can_write_none()
    {
        using var pod = new TestPod(new PodPlans(Cameras: 2).Together());
        await using var first = await pod.Attach("camera");
        await using var second = await pod.Attach("camera", replica: 1);
        await using var render = await pod.Attach("render");
        Watchdog.Until(() => Count(pod) == (3, 2), () => Count(pod).ToString());
        using var observer = Observe(pod);
        observer.Heard.Count(which => which == AttachMessage.Which.Region).ShouldBe(3);
        observer.Heard.Count(which => which == AttachMessage.Which.Channel).ShouldBe(2);
        observer.Heard.Count(which => which == AttachMessage.Which.ChannelRegion).ShouldBe(2);
        observer.Shown.Count.ShouldBe(5);
        foreach (var file in observer.Shown)
        {
            Should.Throw<NativeException>(() => MappedMemory.Map(file, MemoryAccess.ReadWrite));
            using var reading = MappedMemory.Map(file, MemoryAccess.ReadOnly);
            reading.ReadOnlySpan(0, 3).SequenceEqual("KMF"u8).ShouldBeTrue();
        }
    }

    [Fact]
    public void An_observer_that_does_not_read_holds_up_nobody()
    {
        using var pod = new TestPod(new PodPlans().Together());
        using var camera = pod.AttachRaw("camera");
        using var observer = new RawMediaOperator(pod.SocketPath, "").Hello(TestPod.ObserverToken, role: AttachMessage.Role.Observer);
        using var render = pod.AttachRaw("render").AwaitChannel();
        camera.AwaitChannel();
    }

    private static RawMediaOperator Observe(TestPod pod)
    {
        var observer = new RawMediaOperator(pod.SocketPath, "") { IsObserver = true };
        return observer.Hello(TestPod.ObserverToken, role: AttachMessage.Role.Observer).AwaitClosed();
    }

    private static (int Regions, int Channels) Count(TestPod pod)
    {
        var count = (0, 0);
        pod.Ports.Visit((ends, channels) => count = (ends.Count(end => end.OwnRegion is { IsReadable: true }), channels.Count));
        return count;
    }
}
