using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Plans;
using K8sMediaFlow.Operator.Reconcile;
using K8sMediaFlow.Pipelines.Planning;

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
        Draw(2).ToDictionary(plan => plan.Pod, plan => plan.RdmaAddress ?? "").Where(one => one.Value.Length > 0).ShouldHaveSingleItem().ShouldBe(new("live-ingest-0", "192.168.5.1"));

    [Fact]
    public void Every_plan_is_one_that_a_sidecar_reads()
    {
        foreach (var plan in Draw(2).Concat(Draw(3)))
            PlanJson.TryParse(PlanJson.Write(plan), out _, out var error).ShouldBeTrue(error);
    }

    [Fact]
    public void A_plan_is_complete_when_everybody_to_be_called_has_an_address()
    {
        var plans = Draw(2, "live-studio-0", "live-analyse-0").ToDictionary(plan => plan.Pod, PlanDrawing.IsComplete);
        plans.ShouldBe(new Dictionary<string, bool> { ["live-ingest-0"] = false, ["live-analyse-0"] = true, ["live-analyse-1"] = true, ["live-studio-0"] = true }, ignoreOrder: true);
    }

    private static IReadOnlyList<SidecarPlan> Draw(int analysers, params string[] known)
    {
        var graph = Live.Graph with { Operators = [.. Live.Graph.Operators.Select(node => node.Name == "analyse" ? node with { Replicas = analysers } : node)] };
        var slots = PipelineUnit.Of(graph).SelectMany(unit => unit.Slots).ToList();
        var addresses = slots.Where(slot => known.Length == 0 || known.Contains(slot.Stable)).Select((slot, i) => (slot.Stable, new PodAddresses($"10.0.0.{i + 1}", slot.Stable == "live-ingest-0" ? "192.168.5.1" : null))).ToDictionary();
        return PlanDrawing.Of(Live.Widest, new(1, 2, 3), slots, addresses, _ => "token");
    }
}
