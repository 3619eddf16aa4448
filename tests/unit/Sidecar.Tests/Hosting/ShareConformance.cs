using K8sMediaFlow.Pipelines.Graph;
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

    [Fact]
    public async Task A_replica_that_reads_nothing_costs_the_other_nothing_but_its_part()
    {
        var plans = Plans;
        using var sending = new RunningPod(plans, "camera-0");
        using var good = new RunningPod(plans, "render-0");
        using var stopped = new RunningPod(plans, "render-1");
        await using var camera = await sending.Attach();
        await using var render = await good.Attach();
        await using var hung = await stopped.Attach();
        sending.AwaitReady("render-0");
        sending.AwaitReady("render-1");
        using var source = new FlowingSource(camera);
        using var sink = new FlowingSink(render);
        sink.AwaitGot(Frames);
        Watchdog.Until(() => source.Sent >= Frames, () => $"{source.Sent} were sent");
        // Whatever the other one was given, it is no more than its part of the port's window.
        (source.Sent - sink.Got.Count).ShouldBeLessThanOrEqualTo(FlowPlans.Window);
        sink.Torn.ShouldBe(0);
        sink.Got.Select(one => one.Sequence).ShouldBeInOrder();
        // It goes on where it was.
        using var late = new FlowingSink(hung);
        source.Dispose();
        var sent = source.Sent;
        Watchdog.Until(() => sink.Got.Count + late.Got.Count == sent, () => $"{sink.Got.Count} and {late.Got.Count} of {sent} came");
        sink.Got.Concat(late.Got).ShouldBeExactly(sent);
    }
}
