using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Pipelines.Validation;
using static K8sMediaFlow.Pipelines.Tests.Graph.Graphs;

namespace K8sMediaFlow.Pipelines.Tests.Graph;

/// <summary>Edges that pair replica i with replica i: which are refused, and which links and channels the others have.</summary>
public sealed class PairRulesTests
{
    [Fact]
    public void Unequal_counts_are_refused_with_both_names_and_numbers() => GraphRulesTests.Refused(Paired(2, 3),
        GraphReason.Contradiction, "spec.edges[0].distribution",
        "edge camera.video->render.video pairs replica with replica, but 'camera' has 2 replicas and 'render' has 3: make them equal");

    [Fact]
    public void What_both_may_be_scaled_to_has_to_be_equal_too() => GraphRulesTests.Refused(
        Paired(2, 2).WithOperator(1, node => node with { MaxReplicas = 4 }),
        GraphReason.Contradiction, "spec.edges[0].distribution", "'camera' has 2 replicas at most and 'render' has 4");

    [Fact]
    public void Between_two_groups_one_link_would_carry_all_pairs()
    {
        var apart = Paired(2, 2) with
        {
            Groups = [new("left", GroupMode.SamePod, ["camera"]), new("right", GroupMode.SamePod, ["render"])],
        };
        GraphRulesTests.Refused(apart, GraphReason.Unsupported, "spec.edges[0].distribution", "between groups 'left' and 'right'");
        GraphRules.Check(apart.WithOperator(0, node => node with { Replicas = 1 }).WithOperator(1, node => node with { Replicas = 1 }))
            .ShouldBeEmpty();
    }

    [Fact]
    public void No_replica_of_a_pair_sees_every_sequence() => GraphRulesTests.Refused(
        Paired(2, 2).WithEdge(0, edge => edge with { Order = FrameOrder.BySequence }), GraphReason.OrderWithoutSense, "spec.edges[0].order",
        "pairs 2 replicas");

    [Fact]
    public void Pods_of_their_own_have_a_link_to_their_partner_only()
    {
        var plans = Draw(Paired(3, 3)).Sidecars;
        foreach (var plan in plans.Where(plan => plan.Operators[0].Name == "camera"))
            plan.Outbound.Select(link => link.PeerPod).ShouldBe([plan.Pod.Replace("camera", "render", StringComparison.Ordinal)]);
        foreach (var plan in plans.Where(plan => plan.Operators[0].Name == "render"))
            plan.Inbound.Select(link => link.PeerPod).ShouldBe([plan.Pod.Replace("render", "camera", StringComparison.Ordinal)]);
        plans.SelectMany(plan => plan.Edges).ShouldAllBe(edge => edge.PairsReplicas);
        Draw(Highlights()).Edges.ShouldAllBe(edge => !edge.PairsReplicas);
    }

    [Fact]
    public void A_pair_needs_memory_for_one_consumer()
    {
        int Frames(int replicas) =>
            Draw(Paired(replicas, replicas)).Regions.First(region => region.Pod == "line-camera-0").Windows[0].Frames;
        Frames(3).ShouldBe(Frames(1));
    }

    [Fact]
    public void In_one_pod_no_link_is_needed()
    {
        var plan = Draw(Paired(2, 2) with { Groups = [new("both", GroupMode.SamePod, ["camera", "render"])] });
        plan.Sidecars.ShouldHaveSingleItem().Outbound.ShouldBeEmpty();
        plan.Edges[0].Way.ShouldBe(EdgeWay.Local);
    }

    [Fact]
    public void One_pod_of_producers_has_a_link_to_each_pod_of_a_consumer()
    {
        var plans = Draw(Paired(2, 2) with { Groups = [new("left", GroupMode.SamePod, ["camera"])] }).Sidecars;
        plans[0].Outbound.Select(link => link.PeerPod).ShouldBe(["line-render-0", "line-render-1"]);
    }

    [Fact]
    public void A_plan_says_twice_that_replicas_are_paired_and_contradicts_itself_nowhere()
    {
        var plan = Draw(Paired(2, 2)).Sidecars[0];
        PlanJson.TryParse(PlanJson.Write(plan), out _, out var error).ShouldBeTrue(error);
        var dealt = plan with { Edges = [plan.Edges[0] with { PairsReplicas = false }] };
        PlanJson.TryParse(PlanJson.Write(dealt), out _, out error).ShouldBeFalse();
        error.ShouldBe("edges[0].pairsReplicas: distribution OneToOne is said to not pair replicas");
    }

    private static PipelinePlan Draw(PipelineGraph graph) => PipelinePlanner.Draw(graph, Placement.Of(graph), new PlanVersion(1, 1, 1));

    private static PipelineGraph Paired(int cameras, int renders) => new()
    {
        Name = "line",
        Operators =
        [
            new MediaOperatorNode { Name = "camera", Replicas = cameras, Outputs = [new("video", Video)] },
            new MediaOperatorNode { Name = "render", Replicas = renders, Inputs = [new("video")] },
        ],
        Edges = [Edge("camera.video", "render.video") with { Distribution = Distribution.OneToOne }],
    };
}
