using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>Replicas in pods of their own, over TCP. Within one pod: Ports/ShareTests; over RDMA: in the guest.</summary>
public sealed class ShareFlowTests : ShareConformance
{
    [Fact]
    public async Task A_replica_whose_pod_is_gone_is_passed_over_until_it_is_back()
    {
        var plans = Plans;
        using var sending = new RunningPod(plans, "camera-0");
        using var good = new RunningPod(plans, "render-0");
        await using var camera = await sending.Attach();
        await using var render = await good.Attach();
        var lost = new RunningPod(plans, "render-1");
        var dying = await lost.Attach();
        sending.AwaitReady("render-0");
        sending.AwaitReady("render-1");
        using var source = new FlowingSource(camera);
        using var sink = new FlowingSink(render);
        var before = new FlowingSink(dying);
        before.AwaitGot(50);
        before.Dispose();
        lost.Dispose();
        Watchdog.Until(() => sending.StatusOf("render-1").State != LinkState.Ready, () => sending.StatusOf("render-1").ToString());
        sink.AwaitGot(sink.Got.Count + Frames);
        sending.Runtime.Outbound.Single(pair => pair.Link.Status.PeerPod == "render-1")
            .Port.HeldCount.ShouldBeLessThanOrEqualTo(FlowPlans.Window);

        using var back = new RunningPod(plans, "render-1");
        await using var successor = await back.Attach();
        using var after = new FlowingSink(successor);
        after.AwaitGot(50);
        source.Dispose();
        var sent = source.Sent;
        // What the dead one had read, and had not been able to say, comes again.
        Watchdog.Until(() => sink.Got.Concat(before.Got).Concat(after.Got).Distinct().Count() == sent,
            () => $"{sink.Got.Count}, {before.Got.Count} and {after.Got.Count} of {sent} came");
        try
        {
            await dying.DisposeAsync();
        }
        catch (Sdk.MediaOperatorException)
        {
            // Its sidecar is dead.
        }
    }
}
