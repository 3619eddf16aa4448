using K8sMediaFlow.Fabric;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>
/// Nothing that one consumer does costs another consumer of the same port anything but its own share, whatever fabric the links are on.
/// </summary>
public abstract class ShareConformance
{
    /// <summary>Many times a port's window.</summary>
    protected virtual int Frames => 1000;

    private protected virtual FlowPlans Plans => new()
    {
        Renders = [0, 1],
        Execution = Execution.Streaming,
        ChannelCapacity = 4 * FlowPlans.Window,
    };

    /// <summary>What the links of all pods travel over in place of what the plan says.</summary>
    private protected virtual IFabric? Fabric => null;

    [Theory]
    [InlineData(Misbehaviour.TakesNothing)]
    [InlineData(Misbehaviour.KeepsEverything)]
    [InlineData(Misbehaviour.IsSlow)]
    [InlineData(Misbehaviour.Dies)]
    public async Task Whatever_one_replica_does_the_other_gets_all_but_its_part(Misbehaviour what)
    {
        var plans = Plans;
        using var sending = new RunningPod(plans, "camera-0", fabric: Fabric);
        using var good = new RunningPod(plans, "render-0", fabric: Fabric);
        using var wrong = new RunningPod(plans, "render-1", fabric: Fabric);
        await using var camera = await sending.Attach();
        await using var render = await good.Attach();
        await using var culprit = await wrong.Attach();
        sending.AwaitReady("render-0");
        sending.AwaitReady("render-1");
        using var source = new FlowingSource(camera);
        using var sink = new FlowingSink(render);
        using var bad = new Culprit(culprit, what, () => sink.Count);
        sink.AwaitGot(Frames);
        source.AwaitSent(Frames);
        // Whatever the other one was given, it is no more than its part of the port's window.
        (source.Sent - sink.Count - bad.Done).ShouldBeLessThanOrEqualTo(FlowPlans.Window);
        sink.Torn.ShouldBe(0);
        sink.Got.Select(one => one.Sequence).ShouldBeInOrder();
        bad.AwaitDeath();
        bad.Release();
        await AwaitRest(source, sink, bad, what == Misbehaviour.Dies ? await wrong.Attach() : culprit);
    }

    /// <summary>The culprit, or its next life, goes on where it was.</summary>
    private static async Task AwaitRest(FlowingSource source, FlowingSink sink, Culprit bad, MediaOperator better)
    {
        await using var _ = better;
        using var late = new FlowingSink(better);
        source.Dispose();
        Watchdog.Until(() => sink.Count + late.Count + bad.Done == source.Sent,
            () => $"{sink.Count}, {late.Count} and {bad.Done} of {source.Sent} came");
        sink.Got.Concat(late.Got).Distinct().Count().ShouldBe(source.Sent - bad.Done, "some came twice");
    }
}
