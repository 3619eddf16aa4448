using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>How long the peers of a pod's links may be silent is a value of its plan.</summary>
public sealed class LinkPatienceTests
{
    [Theory]
    [InlineData(600, 3000, 600, 3000)]
    [InlineData(null, null, StagingNode.LinkSilenceMillisecondsDefault, StagingNode.LinkHungMillisecondsDefault)]
    public void The_links_of_a_pod_keep_to_what_its_plan_says_of_silence(int? silence, int? hung, int silenceMax, int hungMax)
    {
        using var pod = new RunningPod(new FlowPlans { Patience = (silence, hung) }, "camera-0");
        var options = pod.Runtime.Links.LinkOptions;
        options.SilenceMax.ShouldBe(TimeSpan.FromMilliseconds(silenceMax));
        options.HungMax.ShouldBe(TimeSpan.FromMilliseconds(hungMax));
        // A heartbeat may be late three times.
        options.HeartbeatInterval.ShouldBe(options.SilenceMax / 4);
    }
}
