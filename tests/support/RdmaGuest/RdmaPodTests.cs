using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sidecar.Tests.Hosting;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>
/// Whole pods with media operators, each with a device of its own: out of the producer's blocks into the other pod's, and what happens when
/// the cable is out.
/// </summary>
public sealed class RdmaPodTests
{
    private static readonly FlowPlans s_plans = new()
    {
        DeviceOf = pod => pod.StartsWith("camera", StringComparison.Ordinal) ? "rxe0" : "rxe1",
    };

    [Theory]
    [InlineData("eth0")]
    [InlineData("eth1")]
    public async Task Auto_goes_over_rdma_to_tcp_while_the_cable_is_out_and_back_and_loses_and_doubles_nothing(string port)
    {
        var plans = s_plans with { Transport = Transport.Auto };
        using var sending = new RunningPod(plans, "camera-0");
        using var receiving = new RunningPod(plans, "render-0");
        await using var camera = await sending.Attach();
        await using var render = await receiving.Attach();
        using var sink = new FlowingSink(render);
        using var source = new FlowingSource(camera);
        sink.AwaitGot(100);
        AwaitWay(sending, receiving, FabricKind.Verbs);
        AwaitReason(sending, isGiven: false);
        int before;
        using (Cable.Unplug(port))
        {
            AwaitWay(sending, receiving, FabricKind.Tcp);
            before = sink.Got.Count;
            sink.AwaitGot(before + 200);
            // A carrier that is lost is told up to a second later than a port that is taken down, and by then the other pod may have said
            // so.
            Watchdog.Until(() => sending.Runtime.Links.Fabrics.Rdma!.Obstacle == "PortDown",
                () => $"not PortDown: {sending.Runtime.Links.Fabrics.Rdma}");
            // The device's word, or that of the connection that it ended, or that of the other pod: whoever hears of it first.
            AwaitReason(sending, isGiven: true);
        }
        AwaitWay(sending, receiving, FabricKind.Verbs);
        sink.AwaitGot(sink.Got.Count + 200);
        var sent = source.Stop();
        sink.AwaitEnd();
        sink.Got.ShouldBeExactly(sent);
        sink.Got.Select(one => one.Sequence).ShouldBeInOrder();
    }

    [Fact]
    public async Task Rdma_alone_waits_for_the_cable_and_says_that_it_is_out()
    {
        var plans = s_plans with { Transport = Transport.Rdma };
        using var sending = new RunningPod(plans, "camera-0");
        using var receiving = new RunningPod(plans, "render-0");
        await using var camera = await sending.Attach();
        await using var render = await receiving.Attach();
        using var sink = new FlowingSink(render);
        using var source = new FlowingSource(camera);
        sink.AwaitGot(100);
        AwaitWay(sending, receiving, FabricKind.Verbs);
        using (Cable.Unplug("eth0"))
        {
            Watchdog.Until(() => sending.StatusOf("render-0") is { State: LinkState.Lost, Loss: LinkLoss.FabricUnusable },
                () => sending.StatusOf("render-0").ToString());
            sending.StatusOf("render-0").Reason.ShouldContain("PortDown");
        }
        sink.AwaitGot(sink.Got.Count + 100);
        var sent = source.Stop();
        sink.AwaitEnd();
        sink.Got.ShouldBeExactly(sent);
    }

    [Fact]
    public async Task A_region_of_a_media_operator_that_died_is_known_to_the_device_no_more()
    {
        using var sending = new RunningPod(s_plans with { Transport = Transport.Rdma }, "camera-0");
        using var receiving = new RunningPod(s_plans with { Transport = Transport.Rdma }, "render-0");
        await using var render = await receiving.Attach();
        using var sink = new FlowingSink(render);
        var counts = new List<int>();
        for (var life = 0; life < 3; life++)
        {
            var got = sink.Got.Count;
            await using var camera = await sending.Attach();
            for (var frame = 0; frame < 20; frame++)
            {
                using var loan = camera.Outputs["video"].Loan();
                loan.Send();
            }
            sink.AwaitGot(got + 20);
            counts.Add(sending.Runtime.Links.Fabrics.RegisteredRegions);
        }
        // The last life's, and the one before it as long as somebody may still hold a frame of it.
        counts.ShouldAllBe(count => count <= 2);
        Watchdog.Until(() => sending.Runtime.Links.Fabrics.RegisteredRegions <= 1,
            () => $"{sending.Runtime.Links.Fabrics.RegisteredRegions} regions");
    }

    /// <summary>Not at once: a link that has gone over may go once more, until both pods have heard of the port.</summary>
    private static void AwaitReason(RunningPod sending, bool isGiven) => Watchdog.Until(
        () => sending.StatusOf("render-0").Way is { } way && way.Reason.Length > 0 == isGiven,
        () => $"{sending.StatusOf("render-0")}");

    private static void AwaitWay(RunningPod sending, RunningPod receiving, FabricKind kind) => Watchdog.Until(
        () => sending.StatusOf("render-0") is { State: LinkState.Ready } one && one.Way?.Kind == kind
            && receiving.StatusOf("camera-0").Way?.Kind == kind,
        () => $"not {kind}: {sending.StatusOf("render-0")}; {receiving.StatusOf("camera-0")}; {sending.Runtime.Links.Fabrics.Rdma}; {receiving.Runtime.Links.Fabrics.Rdma}");
}
