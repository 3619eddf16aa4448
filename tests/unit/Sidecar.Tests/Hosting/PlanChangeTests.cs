using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Runtime;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>What a running pod may be asked to change, and what is refused by the name of its field.</summary>
public sealed class PlanChangeTests
{
    private static readonly FlowPlans Plans = new() { Cameras = [0, 1] };
    private static readonly SidecarPlan Sender = Plans.Of("camera-0"), Receiver = Plans.Of("render-0");

    public static TheoryData<string, Func<SidecarPlan, SidecarPlan>> Refused => new()
    {
        { "namespace: 'test' is running, 'other' is asked for", plan => plan with { Namespace = "other" } },
        { "execution: ", plan => plan with { Execution = Execution.Streaming } },
        { "polling.spinMicroseconds: 20 is running, 50 is asked for",
            plan => plan with { Polling = plan.Polling with { SpinMicroseconds = 50 } } },
        { "hugePages: nothing is running, '2Mi' is asked for", plan => plan with { HugePages = HugePages.Size2Mi } },
        { "operators[camera/0]: it is running, none is asked for", plan => plan with { Operators = [] } },
        { "operators[camera/1]: none is running, one is asked for",
            plan => plan with { Operators = [.. plan.Operators, plan.Operators[0] with { Replica = 1 }] } },
        { "operators[camera/0].outputs[video].quotaBlocks: 65 is more than the running pod has: 64",
            plan => WithOutput(plan, output => output with { QuotaBlocks = 65 }) },
        { "operators[camera/0].outputs[sound]: none is running",
            plan => WithOperator(plan, one => one with { Outputs = [.. one.Outputs, one.Outputs[0] with { Name = "sound" }] }) },
        { "operators[camera/0].regionClasses: 528384 bytes (129 x 4096) is more than the running pod has: 524288 bytes (128 x 4096)",
            plan => WithOperator(plan, one => one with { RegionClasses = [new BlockClassPlan(4096, 129)] }) },
        { $"edges[{FlowPlans.Edge}].channelCapacity: 32 is more than the running pod has: 16",
            plan => WithEdge(plan, edge => edge with { ChannelCapacity = 32 }) },
        { $"edges[{FlowPlans.Edge}].distribution: ", plan => WithEdge(plan, edge => edge with { Distribution = Distribution.Broadcast }) },
        { $"edges[{FlowPlans.Edge}].caps.video.width: 20 is running, 40 is asked for",
            plan => WithEdge(plan, edge => edge with { Caps = new MediaCaps(edge.Caps.Video! with { Width = 40 }) }) },
        { $"edges[{FlowPlans.Edge}].producers[camera/1]: none is running",
            plan => WithEdge(plan, edge => edge with { Producers = [.. edge.Producers.Select(end => end with { Pod = "camera-0" })] }) },
        { $"edges[{FlowPlans.Edge}]: it is running, none", plan => plan with { Edges = [] } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_needs_other_memory_or_ports_is_refused_by_the_name_of_its_field(string refusal, Func<SidecarPlan, SidecarPlan> change)
    {
        PlanChange.TryCompare(Sender, change(Sender), out _, out var said).ShouldBeFalse();
        said.ShouldStartWith(refusal);
    }

    [Fact]
    public void A_link_whose_landing_region_would_have_to_grow_is_refused_with_the_bytes()
    {
        var next = Receiver with
        {
            Inbound = [.. Receiver.Inbound.Select(link => link with { RegionClasses = [new BlockClassPlan(8192, 64)] })],
        };
        PlanChange.TryCompare(Receiver, next, out _, out var said).ShouldBeFalse();
        said.ShouldBe($"inbound[{FlowPlans.Edge} from camera-0].regionClasses: 524288 bytes (64 x 8192) is more than the running pod has: 262144 bytes (64 x 4096)");
    }

    [Fact]
    public void Sizes_that_are_larger_than_a_newer_plan_needs_stay_as_they_are()
    {
        var next = WithEdge(WithOutput(Sender, output => output with { QuotaBlocks = 8 }), edge => edge with
        {
            ChannelCapacity = 4,
            MaxBorrowed = 2,
        });
        PlanChange.TryCompare(Sender, next, out var change, out _).ShouldBeTrue();
        change!.Next.Operators[0].Outputs[0].QuotaBlocks.ShouldBe(64);
        change.Next.Edges[0].ChannelCapacity.ShouldBe(FlowPlans.Capacity);
    }

    [Fact]
    public void Links_that_come_go_and_move_are_told_apart()
    {
        var next = (Plans with { Cameras = [1, 2] }).Moved("camera-1").Of("render-0");
        PlanChange.TryCompare(Receiver, next, out var change, out _).ShouldBeTrue();
        change!.Inbound.Added.Select(link => link.PeerPod).ShouldBe(["camera-2"]);
        change.Inbound.Removed.Select(link => link.PeerPod).ShouldBe(["camera-0"]);
        change.Inbound.Moved.Select(link => link.PeerPod).ShouldBe(["camera-1"]);
        (change.Outbound.Added.Count + change.Outbound.Removed.Count + change.Outbound.Moved.Count).ShouldBe(0);
    }

    [Fact]
    public void A_plan_that_differs_in_its_version_alone_changes_nothing()
    {
        PlanChange.TryCompare(Sender, (Plans with { Generation = 9 }).Of("camera-0"), out var change, out _).ShouldBeTrue();
        change!.Next.Version.Generation.ShouldBe(9);
        (change.Outbound.Added.Count + change.Outbound.Removed.Count + change.Outbound.Moved.Count).ShouldBe(0);
    }

    private static SidecarPlan WithEdge(SidecarPlan plan, Func<EdgePlan, EdgePlan> change) => plan with
    {
        Edges = [.. plan.Edges.Select(change)],
    };

    private static SidecarPlan WithOperator(SidecarPlan plan, Func<MediaOperatorPlan, MediaOperatorPlan> change) => plan with
    {
        Operators = [.. plan.Operators.Select(change)],
    };

    private static SidecarPlan WithOutput(SidecarPlan plan, Func<OutputPortPlan, OutputPortPlan> change) =>
        WithOperator(plan, one => one with { Outputs = [.. one.Outputs.Select(change)] });
}
