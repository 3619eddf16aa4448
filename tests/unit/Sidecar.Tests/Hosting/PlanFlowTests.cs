using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>Newer plans for running pods, while frames flow over real links.</summary>
public sealed class PlanFlowTests
{
    [Fact]
    public async Task A_receiver_that_was_replaced_elsewhere_gets_all_that_is_not_done_and_nothing_else()
    {
        var plans = new FlowPlans();
        using var sending = new RunningPod(plans, "camera-0");
        await using var camera = await sending.Attach();
        var dying = new RunningPod(plans, "render-0");
        var old = await dying.Attach();
        var before = new FlowingSink(old);
        using var source = new FlowingSource(camera);
        before.AwaitGot(500);
        before.Dispose();
        // What was consumed has to be known upstream, or it would rightly be sent again.
        Watchdog.Until(() => dying.StatusOf("camera-0").State == LinkState.Ready && source.Sent > before.Got.Count,
            () => "nothing more was sent");
        Watchdog.Until(() => Acknowledged(sending) >= before.Got.Count,
            () => $"{Acknowledged(sending)} of {before.Got.Count} are known to be done");
        dying.Dispose();

        var moved = plans.Moved("render-0");
        using var receiving = new RunningPod(moved, "render-0");
        await using var render = await receiving.Attach();
        using var after = new FlowingSink(render);
        after.Got.ShouldBeEmpty();
        sending.Follow(moved);
        after.AwaitGot(500);
        // A plan that does not know where the peer is moves nobody.
        sending.Runtime.Outbound[0].Link.Redirect(new OutboundEndpoint("test/line", FlowPlans.Edge, "camera-0", "render-0", "0.0.0.0",
            FlowPlans.LinkPort, [Papers.Identity("render")]));
        after.AwaitGot(after.Got.Count + 100);
        var sent = source.Stop();
        after.AwaitEnd();
        sending.StatusOf("render-0").Losses.ShouldBeLessThanOrEqualTo(1u);
        after.Got.Select(one => one.Sequence).ShouldBeInOrder();
        before.Got.Concat(after.Got).ShouldBeExactly(sent);
        await Ignoring(old);

        static int Acknowledged(RunningPod pod) => (int)pod.Runtime.Outbound[0].Link.Status.Frames - pod.Runtime.Outbound[0].Port.HeldCount;
    }

    [Fact]
    public async Task A_receiver_that_is_scaled_to_0_and_back_gets_what_was_sent_meanwhile()
    {
        var plans = new FlowPlans();
        using var sending = new RunningPod(plans, "camera-0");
        await using var camera = await sending.Attach();
        var ending = new RunningPod(plans, "render-0");
        var old = await ending.Attach();
        var before = new FlowingSink(old);
        using var source = new FlowingSource(camera);
        before.AwaitGot(300);
        before.Dispose();
        ending.Dispose();
        sending.Follow(plans with { Generation = 2, Away = ["render-0"] });
        Watchdog.Until(() => sending.StatusOf("render-0").State == LinkState.Lost, () => sending.StatusOf("render-0").ToString());
        // Nobody takes what it sends, and nobody drops it: it comes to a stand.
        var stood = source.Sent;
        Watchdog.Until(() =>
        {
            Thread.Sleep(500);
            return stood == (stood = source.Sent);
        }, () => "the producer goes on");

        var back = plans.Moved("render-0") with { Generation = 3 };
        using var receiving = new RunningPod(back, "render-0");
        await using var render = await receiving.Attach();
        using var after = new FlowingSink(render);
        sending.Follow(back);
        after.AwaitGot(500);
        var sent = source.Stop();
        after.AwaitEnd();
        // What the first one had and could not tell any more may come once more; nothing is missing.
        before.Got.Concat(after.Got).Distinct().ToList().ShouldBeExactly(sent);
        await Ignoring(old);
    }

    [Fact]
    public async Task A_sender_that_is_scaled_to_0_has_not_ended_its_stream()
    {
        var plans = new FlowPlans();
        using var receiving = new RunningPod(plans, "render-0");
        await using var render = await receiving.Attach();
        using var sink = new FlowingSink(render);
        var first = new RunningPod(plans, "camera-0");
        var camera = await first.Attach();
        for (var frame = 0; frame < 50; frame++)
        {
            using var loan = camera.Outputs["video"].Loan();
            loan.Send();
        }
        sink.AwaitGot(50);
        first.Dispose();
        await Ignoring(camera);
        receiving.Follow(plans with { Generation = 2, Away = ["camera-0"] });
        Watchdog.Until(() => receiving.StatusOf("camera-0").State != LinkState.Ready, () => receiving.StatusOf("camera-0").ToString());
        sink.Ended.ShouldBeFalse();

        var back = plans.Moved("camera-0") with { Generation = 3 };
        receiving.Follow(back);
        using var second = new RunningPod(back, "camera-0");
        await using var next = await second.Attach();
        using var source = new FlowingSource(next);
        sink.AwaitGot(150);
        source.Stop();
        sink.AwaitEnd();
    }

    [Fact]
    public async Task A_pod_that_lives_on_where_it_was_replaced_is_not_let_in_any_more()
    {
        var plans = new FlowPlans { Execution = Execution.Streaming };
        using var receiving = new RunningPod(plans, "render-0");
        await using var render = await receiving.Attach();
        using var sink = new FlowingSink(render);
        using var zombie = new RunningPod(plans, "camera-0");
        await using var lost = await zombie.Attach();
        for (var frame = 0; frame < 50; frame++)
        {
            using var loan = lost.Outputs["video"].Loan();
            loan.Send();
        }
        sink.AwaitGot(50);

        var moved = plans.Moved("camera-0");
        receiving.Follow(moved);
        using var replaced = new RunningPod(moved, "camera-0");
        replaced.AwaitReady("render-0");
        Watchdog.Until(() => zombie.StatusOf("render-0") is { State: LinkState.Lost, Loss: LinkLoss.UnknownEdge },
            () => zombie.StatusOf("render-0").ToString());
        zombie.StatusOf("render-0").Reason.ShouldContain("no more at " + plans.AddressOf("camera-0"));
        replaced.StatusOf("render-0").Losses.ShouldBe(0u);
    }

    [Fact]
    public async Task A_receiver_that_came_by_scaling_gets_its_part_of_a_running_stream()
    {
        var plans = new FlowPlans();
        using var sending = new RunningPod(plans, "camera-0");
        using var first = new RunningPod(plans, "render-0");
        await using var camera = await sending.Attach();
        await using var render0 = await first.Attach();
        using var sink0 = new FlowingSink(render0);
        using var source = new FlowingSource(camera);
        sink0.AwaitGot(300);

        var scaled = plans with { Generation = 2, Renders = [0, 1] };
        using var second = new RunningPod(scaled, "render-1");
        await using var render1 = await second.Attach();
        using var sink1 = new FlowingSink(render1);
        sending.Follow(scaled);
        first.Follow(scaled);
        sink1.AwaitGot(300);
        var sent = source.Stop();
        sink0.AwaitEnd();
        sink1.AwaitEnd();
        sink0.Got.Concat(sink1.Got).ShouldBeExactly(sent);
        sink0.Got.Count.ShouldBeGreaterThan(300);
    }

    [Theory]
    [InlineData(Distribution.RoundRobin)]
    [InlineData(Distribution.Broadcast)]
    public async Task What_a_receiver_that_is_scaled_away_was_not_done_with_goes_to_the_others(Distribution distribution)
    {
        var plans = new FlowPlans { Renders = [0, 1], Distribution = distribution };
        await using var flow = await SharedFlow.StartAsync(plans);
        var (sending, second, sink0, sink1, source) = (flow.Sending, flow.Second, flow.Sink0, flow.Sink1, flow.Source);
        sink0.AwaitGot(300);
        sink1.AwaitGot(300);

        sending.Follow(plans with { Generation = 2, Renders = [0] });
        Watchdog.Until(() => second.StatusOf("camera-0").State != LinkState.Ready, () => "the link to the one that goes stays");
        source.AwaitSent(source.Sent + 500);
        var part = sink1.Got.Count;
        var sent = source.Stop();
        sink0.AwaitEnd();
        sink1.Got.Count.ShouldBe(part);
        sink1.Ended.ShouldBeFalse();
        (distribution == Distribution.Broadcast ? sink0.Got : sink0.Got.Concat(sink1.Got)).ShouldBeExactly(sent);
    }

    [Fact]
    public async Task A_receiver_that_hangs_and_is_scaled_away_keeps_nothing()
    {
        var plans = new FlowPlans { Renders = [0, 1] };
        using var sending = new RunningPod(plans, "camera-0");
        using var first = new RunningPod(plans, "render-0");
        var second = new RunningPod(plans, "render-1");
        await using var camera = await sending.Attach();
        await using var render0 = await first.Attach();
        using var sink0 = new FlowingSink(render0);
        second.AwaitReady("camera-0");
        using var source = new FlowingSource(camera);
        // Nobody reads in the second one: its channels and blocks are full of frames, some on the wire, some landed.
        Watchdog.Until(() => sending.StatusOf("render-1").Retained >= FlowPlans.Capacity, () => sending.StatusOf("render-1").ToString());
        second.Dispose();
        sending.Follow(plans with { Generation = 2, Renders = [0] });
        Watchdog.Until(() => !sending.Runtime.Ports.IsAlive($"{FlowPlans.Edge} to render-1"), () => "the link to the one that goes stays");
        var sent = source.Stop();
        sink0.AwaitEnd();
        sink0.Got.ShouldBeExactly(sent);
    }

    [Fact]
    public async Task Senders_come_and_go_and_the_stream_ends_with_the_last_that_is_left()
    {
        var plans = new FlowPlans();
        using var receiving = new RunningPod(plans, "render-0");
        await using var render = await receiving.Attach();
        using var sink = new FlowingSink(render);
        using var first = new RunningPod(plans, "camera-0");
        await using var camera0 = await first.Attach();
        using var source0 = new FlowingSource(camera0);
        sink.AwaitGot(200);

        var scaled = plans with { Generation = 2, Cameras = [0, 1] };
        receiving.Follow(scaled);
        using var second = new RunningPod(scaled, "camera-1");
        await using var camera1 = await second.Attach();
        using var source1 = new FlowingSource(camera1);
        Watchdog.Until(() => sink.Got.Select(one => one.Stream).Distinct().Count() == 2, () => "the second stream does not come");

        var sent0 = source0.Stop();
        Watchdog.Until(() => first.Runtime.Outbound[0].Link.Status.State == LinkState.Ended,
            () => "the first sender is not rid of its frames");
        receiving.Follow(scaled with { Generation = 3, Cameras = [1] });
        Watchdog.Until(() => !receiving.Runtime.Ports.IsAlive($"{FlowPlans.Edge} from camera-0"),
            () => "the end of the link that went is still there");
        sink.Ended.ShouldBeFalse();
        var sent1 = source1.Stop();
        sink.AwaitEnd();
        var streams = sink.Got.GroupBy(one => one.Stream).ToList();
        streams.Count.ShouldBe(2);
        streams.Single(stream => stream.Key == sink.Got[0].Stream).ShouldBeExactly(sent0);
        streams.Single(stream => stream.Key != sink.Got[0].Stream).ShouldBeExactly(sent1);
    }

    [Fact]
    public async Task A_sender_that_dies_and_is_scaled_away_does_not_keep_the_stream_open()
    {
        var plans = new FlowPlans { Cameras = [0, 1] };
        using var receiving = new RunningPod(plans, "render-0");
        await using var render = await receiving.Attach();
        using var sink = new FlowingSink(render);
        using var living = new RunningPod(plans, "camera-0");
        await using var camera = await living.Attach();
        using var source = new FlowingSource(camera);
        var dying = new RunningPod(plans, "camera-1");
        dying.AwaitReady("render-0");
        dying.Dispose();
        sink.AwaitGot(100);
        receiving.Follow(plans with { Generation = 2, Cameras = [0] });
        var sent = source.Stop();
        sink.AwaitEnd();
        sink.Got.ShouldBeExactly(sent);
    }

    [Fact]
    public async Task A_link_that_went_and_came_back_begins_anew()
    {
        var plans = new FlowPlans { Renders = [0, 1] };
        var without = plans with { Renders = [0] };
        await using var flow = await SharedFlow.StartAsync(plans);
        var (sending, _, sink0, sink1, source) = (flow.Sending, flow.Second, flow.Sink0, flow.Sink1, flow.Source);
        for (var generation = 2; generation < 8; generation += 2)
        {
            sink1.AwaitGot(sink1.Got.Count + 100);
            sending.Follow(without with { Generation = generation });
            sink0.AwaitGot(sink0.Got.Count + 100);
            sending.Follow(plans with { Generation = generation + 1 });
        }
        sink1.AwaitGot(sink1.Got.Count + 100);
        var sent = source.Stop();
        sink0.AwaitEnd();
        sink1.AwaitEnd();
        sink0.Got.Concat(sink1.Got).ShouldBeExactly(sent);
    }

    // Its pod is gone: it cannot end as it should.
    private static async Task Ignoring(MediaOperator dead)
    {
        try
        {
            await dead.DisposeAsync();
        }
        catch (MediaOperatorException)
        {
        }
    }
}
