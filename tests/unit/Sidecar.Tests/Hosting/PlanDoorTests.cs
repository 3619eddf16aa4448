using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>Who may attach before, while and after plans come.</summary>
public sealed class PlanDoorTests
{
    [Fact]
    public async Task A_media_operator_waits_for_the_plan_of_a_living_sidecar_longer_than_for_a_sidecar()
    {
        var plan = new PodPlans().Together();
        var soon = TimeSpan.FromMilliseconds(200);
        using var pod = new TestPod(plan, (soon, soon, soon));
        var behind = pod.Server.Pod;
        pod.Server.Pod = null;
        // Long enough for a busy machine: one late look counts half a second. Waited for is more than twice as long.
        var attaching = pod.Attach("camera", patience: TimeSpan.FromSeconds(2));
        await Task.Delay(4500);
        attaching.IsCompleted.ShouldBeFalse();
        using (var raw = new RawMediaOperator(pod.SocketPath, "camera").Hello("any"))
        {
            raw.AwaitClosed();
            raw.Refusal!.Value.Code.ShouldBe(K8sMediaFlow.Messages.AttachMessage.RefusalCode.NoPlan);
        }
        pod.Server.Pod = behind;
        await using var camera = await attaching.WaitAsync(Hang.Bound);
        camera.Name.ShouldBe("camera");
    }

    [Fact]
    public void A_hello_that_came_before_the_plan_is_answered_when_the_plan_comes()
    {
        using var pod = new TestPod(new PodPlans().Together());
        var behind = pod.Server.Pod;
        pod.Server.Pod = null;
        using var early = new RawMediaOperator(pod.SocketPath, "camera").Hello(PodPlans.TokenOf("camera"));
        early.Settle();
        early.Heard.ShouldBeEmpty();
        pod.Server.Pod = behind;
        early.Until(() => early.IsAnswered);
        (early.Refusal, early.IsClosed).ShouldBe((null, false));
    }

    [Fact]
    public async Task A_new_token_counts_for_whoever_attaches_after_the_plan_and_not_for_who_is_attached()
    {
        var plans = new FlowPlans();
        using var pod = new RunningPod(plans, "camera-0");
        var camera = await pod.Attach();
        pod.Follow(plans with { Generation = 2, Token = "second" });
        camera.Statistics.ShouldNotBeNull();
        pod.Runtime.Ports.IsAlive("camera-0").ShouldBeTrue();
        await camera.DisposeAsync();
        Watchdog.Until(() => !pod.Runtime.Ports.IsAlive("camera-0"), () => "it lives");
        (await Should.ThrowAsync<MediaOperatorException>(() => pod.Attach())).Message.ShouldContain("BadToken");
        await using var next = await pod.Attach("second");
    }
}
