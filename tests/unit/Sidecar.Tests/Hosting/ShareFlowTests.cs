using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Simulated;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>Replicas in pods of their own, over TCP. Within one pod: Ports/ShareTests; over RDMA: in the guest.</summary>
public sealed class ShareFlowTests : ShareConformance
{
    [Fact]
    public async Task A_replica_whose_link_is_silent_costs_the_other_nothing_but_its_part()
    {
        var plans = Plans with { Patience = (Silence: 500, Hung: 2000) };
        using var relay = new Relay(new IPEndPoint(IPAddress.Parse(plans.AddressOf("render-1")), FlowPlans.LinkPort),
            IPAddress.Parse(plans.AddressOf("camera-0")));
        await using var flow = await SharedFlow.StartAsync(plans with
        {
            Detours = new Dictionary<string, IPEndPoint> { ["render-1"] = relay.Endpoint },
        });
        flow.Sink1.AwaitGot(50);
        relay.IsStalled = true;
        flow.Sink0.AwaitGot(flow.Sink0.Count + Frames);
        Watchdog.Until(() => flow.Sending.StatusOf("render-1").State == LinkState.Lost,
            () => flow.Sending.StatusOf("render-1").ToString());
        flow.Sink0.AwaitGot(flow.Sink0.Count + Frames);

        relay.IsStalled = false;
        relay.CutAll();
        flow.Sink1.AwaitGot(flow.Sink1.Count + 50);
        flow.Source.Dispose();
        var sent = flow.Source.Sent;
        Watchdog.Until(() => flow.Sink0.Got.Concat(flow.Sink1.Got).Distinct().Count() == sent,
            () => $"{flow.Sink0.Count} and {flow.Sink1.Count} of {sent} came");
    }

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

/// <summary>Replicas in pods whose links are on the simulated fabric.</summary>
public sealed class SimulatedShareTests : ShareConformance
{
    private readonly SimulatedNetwork _network = new(seed: 17, virtualTime: false);

    private protected override IFabric? Fabric => new SimulatedFabric(_network);
}
