using K8sMediaFlow.Messages;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>What any process of the pod can do at the attach socket, without a token.</summary>
public sealed class DoorTests
{
    [Fact]
    public void A_sidecar_without_free_descriptors_lets_people_in_again_when_it_has_some()
    {
        const int descriptors = 256;
        using var sidecar = new SidecarProcess("near", $"127.226.{Environment.ProcessId % 250}.10", ["camera"], descriptors);
        var strangers = new List<RawMediaOperator>();
        for (var count = 0; count < descriptors; count++)
            strangers.Add(new RawMediaOperator(sidecar.SocketPath, "camera"));
        Watchdog.Until(() => sidecar.Log.Contains("nobody can be let in now", StringComparison.Ordinal),
            () => $"descriptors did not run out: {sidecar.Log}");
        strangers.ForEach(stranger => stranger.Dispose());
        sidecar.ShouldLive();
        using var next = new RawMediaOperator(sidecar.SocketPath, "camera");
        next.Hello(PodPlans.TokenOf("camera")).AwaitClosed();
        next.Refusal!.Value.Code.ShouldBe(AttachMessage.RefusalCode.NoPlan);
    }

    [Fact]
    public void Silent_connections_make_room_for_those_that_speak()
    {
        const int silent = 300;
        // The silent ones go because somebody speaks, not because their time is over.
        using var pod = new TestPod(new PodPlans().Together(), (TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromHours(1)));
        var strangers = Enumerable.Range(0, silent).Select(_ => new RawMediaOperator(pod.SocketPath, "camera")).ToList();
        using var camera = new RawMediaOperator(pod.SocketPath, "camera");
        camera.Hello(PodPlans.TokenOf("camera"));
        camera.Until(() => camera.IsClosed || camera.Heard.Contains(AttachMessage.Which.Region));
        camera.IsClosed.ShouldBeFalse();
        strangers[0].AwaitClosed();
        strangers[^1].Until(() => true);
        strangers[^1].IsClosed.ShouldBeFalse("the silent longest go first");
        strangers.ForEach(stranger => stranger.Dispose());
    }
}
