using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

public class PipelineMemoryTests
{
    [Fact]
    public void A_pod_that_was_there_is_known_after_it_has_gone()
    {
        var memory = new PipelineMemory("u");
        memory.See([Pod("one")]);
        memory.See([]);
        memory.HasSeen("slot", "slot-one").ShouldBeTrue();
        memory.HasSeen("slot", "slot-two").ShouldBeFalse();
        memory.HasSeen("other", "slot-one").ShouldBeFalse();
    }

    [Fact]
    public void A_slot_whose_pod_is_replaced_for_years_is_known_by_its_last_pods_alone()
    {
        var memory = new PipelineMemory("u");
        for (var i = 0; i < 1000; i++)
        {
            memory.See([Pod($"{i}")]);
            memory.Asked[$"uid-{i}"] = (DateTimeOffset.UnixEpoch, null);
        }
        memory.See([Pod("999")]);
        Enumerable.Range(0, 1000).Count(i => memory.HasSeen("slot", $"slot-{i}")).ShouldBeInRange(2, 4);
        memory.HasSeen("slot", "slot-999").ShouldBeTrue();
        memory.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public void What_a_change_does_to_the_pods_is_known_while_they_are_replaced()
    {
        var memory = new PipelineMemory("u");
        var (first, second) = (Accepted(1, "registry.example/media:1"), Accepted(2, "registry.example/media:2"));
        memory.Accept(first, running: null);
        memory.Changes.ShouldBeEmpty();
        memory.Accept(second, first);
        memory.Changes["pair-source-0"].Reason.ShouldBe("operators[source].image");
        // Another process of the controller reads what runs from the record.
        memory.Accept(second, second);
        (memory.Accepted, memory.Changes["pair-source-0"].Kind).ShouldBe((second, PodChangeKind.Replaced));
    }

    private static AcceptedPipeline Accepted(int generation, string image) => Acceptance.Of(Pipelines.Stored(Pipelines.Pair, document =>
    {
        document["metadata"]!["generation"] = generation;
        document["spec"]!["operators"]![0]!["image"] = image;
    })).Accepted!;

    private static Pod Pod(string incarnation) => new()
    {
        Metadata = new()
        {
            Name = $"slot-{incarnation}",
            Uid = $"uid-{incarnation}",
            Labels = new Dictionary<string,
            string>
            { [WellKnownLabels.Pod] = "slot" },
        },
    };
}
