using K8sMediaFlow.Messages;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Runtime;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>Who may take part in an edge with a policy, and what of it can change while it runs.</summary>
public sealed class PolicyDoorTests
{
    private static readonly EdgeQueuePlan Queue = new(QueueFrames: 2, WindowFrames: 12, LandedFrames: 8, DeadlineMilliseconds: 100);

    private static readonly FlowPlans Plans = new() { Execution = Execution.Streaming, OnFull = OnFull.LatestOnly, Queue = Queue };

    [Theory]
    [InlineData("", false)]
    [InlineData("delivers at most once", true)]
    [InlineData("deals frames out by key", true)]
    public void A_media_operator_of_the_older_protocol_is_served_unless_an_edge_of_its_own_needs_the_newer(string what, bool isRefused)
    {
        var plans = what.Length == 0 ? new FlowPlans()
            : what.Contains("key") ? new FlowPlans() { Distribution = Distribution.ByKey, KeyField = "track" } : Plans;
        using var pod = new RunningPod(plans, "camera-0");
        using var raw = new RawMediaOperator(pod.SocketPath, "camera");
        raw.Hello(FlowPlans.TokenOf("first", "camera"), protocol: AttachMessage.ProtocolOldest);
        raw.Until(() => raw.IsAnswered);
        raw.Refusal?.Code.ShouldBe(AttachMessage.RefusalCode.VersionMismatch);
        (raw.Refusal is not null).ShouldBe(isRefused);
        if (raw.Refusal is { } refusal)
            refusal.Reason.ShouldBe(
                $"edge {FlowPlans.Edge} {what}, which needs protocol 2: camera-0 speaks 1 to 1");
    }

    [Fact]
    public void What_an_edge_may_drop_changes_in_a_running_pod()
    {
        Changed(Plans with { OnFull = OnFull.DropOldest }).OnFull.ShouldBe(OnFull.DropOldest);
        Changed(Plans with { Queue = Queue with { DeadlineMilliseconds = 50, WindowFrames = 8 } }).Queue
            .ShouldBe(Queue with { DeadlineMilliseconds = 50 });
        Changed(Plans with { Queue = Queue with { DeadlineMilliseconds = null } }).Queue!.DeadlineMilliseconds.ShouldBeNull();
        PlanChange.TryCompare(Plans.Of("camera-0"), Plans.Of("camera-0"), out var same, out _).ShouldBeTrue();
        same!.Policies.ShouldBeEmpty();
    }

    [Fact]
    public void Whether_an_edge_may_drop_cannot_change_in_a_running_pod_nor_may_it_need_more_memory()
    {
        Refusal(Plans with { Queue = null, OnFull = OnFull.Block }).ShouldContain("running");
        Refusal(Plans with { Queue = Queue with { WindowFrames = 13 } }).ShouldContain("windowFrames");
    }

    [Fact]
    public void A_smaller_window_changes_nothing()
    {
        var next = (Plans with { Queue = Queue with { WindowFrames = 6, LandedFrames = 3 } }).Of("camera-0");
        PlanChange.TryCompare(Plans.Of("camera-0"), next, out var change, out var refusal).ShouldBeTrue(refusal);
        change!.Next.Edges[0].Queue.ShouldBe(Queue);
    }

    [Theory]
    [InlineData(OnFull.LatestOnly, false, "onFull")]
    [InlineData(OnFull.Block, true, "queue")]
    public void A_plan_whose_policy_contradicts_itself_is_refused(OnFull onFull, bool isCut, string field)
    {
        var plan = Plans.Of("camera-0");
        plan = plan with
        {
            Edges = [plan.Edges[0] with { OnFull = onFull, Queue = null, Delivery = isCut ? Delivery.AtMostOnce : Delivery.AtLeastOnce }],
        };
        PlanJson.TryParse(PlanJson.Write(plan), out _, out var error).ShouldBeFalse();
        error.ShouldNotBeNull().ShouldContain(field);
    }

    private static EdgePlan Changed(FlowPlans next)
    {
        PlanChange.TryCompare(Plans.Of("camera-0"), next.Of("camera-0"), out var change, out var refusal).ShouldBeTrue(refusal);
        return change!.Policies.ShouldHaveSingleItem();
    }

    private static string Refusal(FlowPlans next)
    {
        PlanChange.TryCompare(Plans.Of("camera-0"), next.Of("camera-0"), out _, out var refusal).ShouldBeFalse();
        return refusal;
    }
}
