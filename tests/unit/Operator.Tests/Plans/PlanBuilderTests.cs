using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Operator.Plans;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.Operator.Tests.Plans;

public class PlanDrawingTests
{
    private static readonly AcceptedPipeline Live = Acceptance.Of(Pipelines.Stored(Pipelines.Live)).Accepted!;

    [Fact]
    public void A_scale_changes_who_is_linked_to_whom_and_no_region()
    {
        var (two, three) = (Draw(2), Draw(3));
        two.Count.ShouldBe(4);
        three.Count.ShouldBe(5);
        var (before, after) = (two.Single(plan => plan.Pod == "live-ingest-0"), three.Single(plan => plan.Pod == "live-ingest-0"));
        before.Outbound.Select(link => link.PeerPod).ShouldBe(["live-analyse-0", "live-analyse-1"]);
        after.Outbound.Select(link => link.PeerPod).ShouldBe(["live-analyse-0", "live-analyse-1", "live-analyse-2"]);
        after.Operators.Single().RegionClasses.ShouldBe(before.Operators.Single().RegionClasses);
        var studio = two.Single(plan => plan.Pod == "live-studio-0");
        studio.Inbound.Select(link => link.PeerPod).ShouldBe(["live-analyse-0", "live-analyse-1"]);
        studio.Edges.Single(edge => edge.From.Operator == "analyse").Producers.Count.ShouldBe(2);
    }

    [Fact]
    public void Only_the_pod_itself_is_told_its_address_on_the_RDMA_network() =>
        Draw(2).ToDictionary(plan => plan.Pod, plan => plan.RdmaAddress ?? "").Where(one => one.Value.Length > 0).ShouldHaveSingleItem()
            .ShouldBe(new("live-ingest-0", "192.168.5.1"));

    [Fact]
    public void Every_plan_is_one_that_a_sidecar_reads()
    {
        foreach (var plan in Draw(2).Concat(Draw(3)))
            PlanJson.TryParse(PlanJson.Write(plan), out _, out var error).ShouldBeTrue(error);
    }

    [Fact]
    public void A_plan_is_complete_when_everybody_to_be_called_has_an_address()
    {
        var plans = Draw(2, "live-studio-0", "live-analyse-0").ToDictionary(plan => plan.Pod, PlanBuilder.IsComplete);
        plans.ShouldBe(new Dictionary<string, bool>
        {
            ["live-ingest-0"] = false,
            ["live-analyse-0"] = true,
            ["live-analyse-1"] = true,
            ["live-studio-0"] = true
        }, ignoreOrder: true);
    }

    [Fact]
    public void Who_is_scaled_to_0_stays_in_its_neighbours_plans_as_one_that_is_away()
    {
        var plans = Draw(0).ToDictionary(plan => plan.Pod);
        plans.Keys.ShouldBe(["live-ingest-0", "live-studio-0"], ignoreOrder: true);
        var (ingest, studio) = (plans["live-ingest-0"], plans["live-studio-0"]);
        // An edge without an end would be one whose stream has ended: the producer would drop its frames, and the consumer leave its loop.
        ingest.Edges.Single().Consumers.ShouldHaveSingleItem().ShouldBe(new("analyse", 0, "live-analyse-0"));
        studio.Edges.Single(edge => edge.From.Operator == "analyse").Producers.ShouldHaveSingleItem()
            .ShouldBe(new("analyse", 0, "live-analyse-0"));
        (ingest.Outbound.Single().PeerPod, ingest.Outbound.Single().PeerAddress, studio.Inbound.Single().PeerPod)
            .ShouldBe(("live-analyse-0", PodPlacement.AddressNowhere, "live-analyse-0"));
        plans.Values.ShouldAllBe(plan => PlanBuilder.IsComplete(plan));
        // As long as its pod drains it is still found where it was.
        var leaving = PlanBuilder.Of(Live.WidestPlan,
            [.. PipelineUnit.Of(Live.Graph).SelectMany(unit => unit.Slots)
            .Where(slot => !slot.Stable.Contains("analyse", StringComparison.Ordinal))],
            new Dictionary<string, PodAddresses> { ["live-analyse-0"] = new("10.0.0.9") }, _ => "token");
        leaving.Single(plan => plan.Pod == "live-ingest-0").Outbound.Single().PeerAddress.ShouldBe("10.0.0.9");
        foreach (var plan in plans.Values)
            PlanJson.TryParse(PlanJson.Write(plan), out _, out var error).ShouldBeTrue(error);
    }

    [Fact]
    public void A_member_of_a_pod_that_is_scaled_to_0_leaves_the_pod_and_not_its_edges()
    {
        var graph = Live.Graph with
        {
            Operators = [.. Live.Graph.Operators.Select(node => node.Name == "encode" ? node with { Replicas = 0 } : node)],
        };
        var studio = Draw(graph).Single(plan => plan.Pod == "live-studio-0");
        studio.Operators.Select(one => one.Name).ShouldBe(["overlay"]);
        studio.Edges.Single(edge => edge.To.Operator == "encode").Consumers.ShouldHaveSingleItem().Pod.ShouldBe("live-studio-0");
        PlanJson.TryParse(PlanJson.Write(studio), out _, out var error).ShouldBeTrue(error);
    }

    [Fact]
    public void Plans_are_those_that_the_planner_would_draw_for_the_addresses()
    {
        var placement = Placement.Of(Live.Widest).With(pod => pod with
        {
            Address = $"10.0.0.{1 + pod.Name.Length}",
            LinkPort = PodPaths.LinkPort,
            Replicas = [.. pod.Replicas.Select(one => one with
            {
                TokenSha256 = PlanBuilder.Hash("token"),
            })],
        });
        var slots = PipelineUnit.Of(Live.Widest).SelectMany(unit => unit.Slots).ToList();
        var drawn = PlanBuilder.Of(Live.WidestPlan, slots,
            placement.Pods.ToDictionary(pod => pod.Name, pod => new PodAddresses(pod.Address)), _ => "token");
        drawn.Select(Text).ShouldBe(PipelinePlanner.Plan(Live.Widest, placement, default).Select(Text));

        static string Text(SidecarPlan plan) => System.Text.Encoding.UTF8.GetString(PlanJson.Write(plan));
    }

    [Fact]
    public async Task Plans_are_drawn_again_only_when_something_that_they_follow_from_has_changed()
    {
        await using var sessions = new SidecarSessions(() => throw new InvalidOperationException(), null!, _ => { }, NullLogger.Instance,
            default);
        var sync = new PlanSync(sessions);
        var slots = PipelineUnit.Of(Live.Graph).SelectMany(unit => unit.Slots).ToList();
        var at = slots.ToDictionary(slot => slot.Stable, _ => new PodAddresses("10.0.0.1"));
        ObjectKey key = new("media", "live");
        var first = sync.Draw(key, Live, slots, at, _ => "token");
        for (var i = 0; i < 10; i++)
            sync.Draw(key, Live, slots, new Dictionary<string, PodAddresses>(at), _ => "token").ShouldBeSameAs(first);
        sync.Drawings.ShouldBe(1);
        at["live-studio-0"] = new("10.0.0.2");
        sync.Draw(key, Live, slots, at, _ => "token").ShouldNotBeSameAs(first);
        sync.Draw(key, Live, slots, at, _ => "other");
        sync.Draw(key, Live, slots.SkipLast(1).ToList(), at, _ => "other");
        sync.Draw(key, Live with { Generation = 9 }, slots.SkipLast(1).ToList(), at, _ => "other");
        sync.Drawings.ShouldBe(5);
    }

    private static IReadOnlyList<SidecarPlan> Draw(int analysers, params string[] known) =>
        Draw(Live.Graph with
        {
            Operators = [.. Live.Graph.Operators.Select(node => node.Name == "analyse"
            ? node with { Replicas = analysers }
            : node)]
        }, known);

    private static IReadOnlyList<SidecarPlan> Draw(PipelineGraph graph, params string[] known)
    {
        var slots = PipelineUnit.Of(graph).SelectMany(unit => unit.Slots).ToList();
        var addresses = slots.Where(slot => known.Length == 0 || known.Contains(slot.Stable))
            .Select((slot, i) => (slot.Stable, new PodAddresses($"10.0.0.{i + 1}", slot.Stable == "live-ingest-0" ? "192.168.5.1" : null)))
            .ToDictionary();
        return PlanBuilder.Of(Live.WidestPlan, slots, addresses, _ => "token");
    }
}
