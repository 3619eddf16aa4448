using K8sMediaFlow.Messages;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>How the plan says that everybody waits is what a media operator is told.</summary>
public sealed class WaitingTests
{
    [Theory]
    [InlineData(PollingMode.Hybrid, 35, AttachMessage.Waiting.Hybrid)]
    [InlineData(PollingMode.Busy, 0, AttachMessage.Waiting.Busy)]
    [InlineData(PollingMode.Event, 0, AttachMessage.Waiting.Event)]
    public void A_media_operator_is_told_how_to_wait(PollingMode mode, int spinMicroseconds, AttachMessage.Waiting told)
    {
        using var pod = new TestPod(new PodPlans { Polling = new(mode, spinMicroseconds) }.Together());
        using var camera = pod.AttachRaw("camera");
        camera.Waiting.ShouldBe((told, (uint)spinMicroseconds));
    }
}
