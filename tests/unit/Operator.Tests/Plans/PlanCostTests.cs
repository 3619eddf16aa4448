using System.Text.Json.Nodes;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Tests.Plans;

/// <summary>What a controller does for a pipeline grows with its pods and not with their square.</summary>
public class PlanCostTests
{
    private const int Few = 64, Many = 255;

    private static readonly Lazy<(AcceptedPipeline Few, AcceptedPipeline Many)> Chains = new(() => (Chain(Few), Chain(Many)));

    [Fact]
    public void Planning_the_widest_pipeline_costs_in_proportion_to_its_pods() =>
        InProportion(accepted => PlanBuilder.Widest(accepted.Widest));

    [Fact]
    public void Drawing_the_plans_of_a_pipeline_costs_in_proportion_to_its_pods() => InProportion(accepted =>
    {
        var slots = PipelineUnit.Of(accepted.Graph).SelectMany(unit => unit.Slots).ToList();
        var addresses = slots.ToDictionary(slot => slot.Stable, _ => new PodAddresses("10.0.0.1"));
        PlanBuilder.Of(accepted.WidestPlan, slots, addresses, _ => "token");
    });

    /// <summary>Counted in bytes that are allocated: on a busy machine time says nothing.</summary>
    private static void InProportion(Action<AcceptedPipeline> work)
    {
        Allocated(Chains.Value.Few);
        var (few, many) = (Allocated(Chains.Value.Few), Allocated(Chains.Value.Many));
        ((double)many / few).ShouldBeLessThanOrEqualTo(1.5 * Many / Few, $"{few} and {many} bytes");

        long Allocated(AcceptedPipeline accepted)
        {
            _ = accepted.WidestPlan;
            var before = GC.GetAllocatedBytesForCurrentThread();
            work(accepted);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    /// <summary>Media operators in a row, each with four replicas.</summary>
    private static AcceptedPipeline Chain(int length)
    {
        var (accepted, refusal) = Acceptance.Of(Pipelines.Stored(Pipelines.Pair, document =>
        {
            var (source, sink) = (document["spec"]!["operators"]![0]!, document["spec"]!["operators"]![1]!);
            document["spec"]!["operators"] = new JsonArray([.. Enumerable.Range(0, length).Select(i => Link(i, length, source, sink))]);
            document["spec"]!["edges"] = new JsonArray([.. Enumerable.Range(1, length - 1)
                .Select(i => new JsonObject { ["from"] = $"op{i - 1}.video", ["to"] = $"op{i}.video" })]);
        }));
        refusal.ShouldBeNull();
        return accepted!;
    }

    private static JsonNode Link(int i, int length, JsonNode source, JsonNode sink)
    {
        var link = (i == 0 ? source : sink).DeepClone();
        (link["name"], link["replicas"]) = ($"op{i}", 4);
        if (i > 0 && i < length - 1)
            link["outputs"] = new JsonArray(new JsonObject { ["name"] = "video" });
        return link;
    }
}
