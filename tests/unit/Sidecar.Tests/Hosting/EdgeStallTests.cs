using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sidecar.Runtime;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>An edge that stands says what it waits for.</summary>
public sealed class EdgeStallTests
{
    [Fact]
    public async Task A_consumer_that_holds_all_it_may_is_named_at_both_ends_of_the_link()
    {
        var plans = new FlowPlans { Execution = Execution.Streaming };
        using var sending = new RunningPod(plans, "camera-0");
        using var receiving = new RunningPod(plans, "render-0");
        await using var camera = await sending.Attach();
        await using var render = await receiving.Attach();
        using var source = new FlowingSource(camera);
        AwaitWords(sending, EdgeSide.Outbound, "pod render-0");
        AwaitWords(receiving, EdgeSide.Inbound, "render-0 holds ");

        // It goes on, and so there is nothing to say.
        using var sink = new FlowingSink(render);
        Watchdog.Until(() => Words(sending, EdgeSide.Outbound).Length == 0 && Words(receiving, EdgeSide.Inbound).Length == 0,
            () => Words(receiving, EdgeSide.Inbound));
        source.Stop();
        sink.AwaitEnd();
    }

    [Fact]
    public async Task A_peer_that_is_not_there_is_named_with_the_reason_of_its_link()
    {
        var plans = new FlowPlans { Execution = Execution.Streaming };
        using var sending = new RunningPod(plans, "camera-0");
        var camera = await sending.Attach();
        using (new FlowingSource(camera))
            AwaitWords(sending, EdgeSide.Outbound, "the link to pod render-0, which is ");
        camera.Fail("the test is over");
        await camera.DisposeAsync();
    }

    [Fact]
    public async Task A_consumer_in_the_same_pod_that_takes_nothing_is_named()
    {
        var plans = new FlowPlans { Execution = Execution.Streaming, InOnePod = true };
        using var pod = new RunningPod(plans, "camera-0");
        var camera = await pod.Attach();
        await using var render = await pod.Attach(mediaOperator: "render");
        using (new FlowingSource(camera))
            AwaitWords(pod, EdgeSide.Local, "render-0, which has not taken ");
        camera.Fail("the test is over");
        await camera.DisposeAsync();
    }

    [Fact]
    public async Task A_consumer_in_the_same_pod_that_has_taken_all_and_gives_nothing_back_is_named()
    {
        var plans = new FlowPlans { Execution = Execution.Streaming, InOnePod = true };
        using var pod = new RunningPod(plans, "camera-0");
        var camera = await pod.Attach();
        await using var render = await pod.Attach(mediaOperator: "render");
        for (var frame = 0; frame < 3; frame++)
        {
            using var loan = camera.Outputs["video"].Loan();
            loan.Send();
        }
        var taken = Enumerable.Range(0, 3).Select(_ => render.Inputs["video"].Receive()!.Value).ToList();
        AwaitWords(pod, EdgeSide.Local, "render-0, which holds 3");

        taken.ForEach(frame => frame.Dispose());
        Watchdog.Until(() => Words(pod, EdgeSide.Local).Length == 0, () => Words(pod, EdgeSide.Local));
        camera.Fail("the test is over");
        await camera.DisposeAsync();
    }

    [Fact]
    public async Task A_consumer_in_the_same_pod_that_is_not_there_is_named()
    {
        var plans = new FlowPlans { Execution = Execution.Streaming, InOnePod = true };
        using var pod = new RunningPod(plans, "camera-0");
        var camera = await pod.Attach();
        AwaitWords(pod, EdgeSide.Local, "render-0, which is not attached");
        camera.Fail("the test is over");
        await camera.DisposeAsync();
    }

    [Fact]
    public void It_is_said_when_nothing_has_moved_for_two_seconds_or_nearly_so_and_no_longer_than_that()
    {
        var now = 0L;
        var stalls = new EdgeStalls(() => now);
        stalls.Look("a", EdgeSide.Local, 1, "b").ShouldBe("");
        now = 1_700_000_000;
        stalls.Look("a", EdgeSide.Local, 1, "b").ShouldBe("");
        now = 1_800_000_000;
        stalls.Look("a", EdgeSide.Local, 1, "b").ShouldBe("b");
        stalls.Look("a", EdgeSide.Local, 2, "b").ShouldBe("");
        now = 9_000_000_000;
        stalls.Look("a", EdgeSide.Local, 2, "").ShouldBe("", "nothing is there to move");
        stalls.Look("a", EdgeSide.Local, 2, "b").ShouldBe("", "it has only come");
    }

    private static void AwaitWords(RunningPod pod, EdgeSide side, string words) =>
        Watchdog.Until(() => Words(pod, side).Contains(words, StringComparison.Ordinal),
            () => $"'{Words(pod, side)}' does not say '{words}'");

    private static string Words(RunningPod pod, EdgeSide side) =>
        PodStatus.Of(pod.Runtime.Plan.Pod, default, pod.Runtime).Edges.Single(edge => edge.Side == side).WaitsFor;
}
