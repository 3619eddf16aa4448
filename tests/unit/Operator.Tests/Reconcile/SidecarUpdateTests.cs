using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Reconcile;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

public class SidecarUpdateTests
{
    [Fact]
    public void As_many_pipelines_are_on_their_way_as_pods_may_be_away_and_one_that_does_not_come_up_keeps_its_place()
    {
        var updates = new SidecarUpdates(new(2, null), "s2", [], () => 10);
        var keys = Enumerable.Range(0, 10).Select(i => new ObjectKey("media", $"p{i}")).ToList();
        keys.Where(key => updates.TryBegin(key, isWell: true)).ShouldBe(keys[..2]);
        keys.Where(key => updates.TryBegin(key, isWell: true)).ShouldBe(keys[..2], "those two go on");
        updates.Rolled(keys[1], isWell: false);
        updates.Rolled(keys[0], isWell: true);
        keys[1..].Where(key => updates.TryBegin(key, isWell: key != keys[2])).ShouldBe([keys[1], keys[2]]);
        updates.Rolled(keys[2], isWell: false);
        updates.UnderWay.ShouldBe(1, "it was not well before either");
        updates.End(keys[1]);
        updates.UnderWay.ShouldBe(0);
    }

    [Fact]
    public void A_new_leader_counts_those_that_are_on_their_way_already()
    {
        CustomObject[] stored = [Stored("a", "s2", "Updating"), Stored("b", "s2", "UpToDate"), Stored("c", "s1", "Updating")];
        var updates = new SidecarUpdates(new(1, null), "s2", stored, () => 3);
        updates.TryBegin(new("media", "c"), isWell: true).ShouldBeFalse();
        updates.TryBegin(new("media", "a"), isWell: true).ShouldBeTrue();
    }

    [Theory]
    [InlineData("3", 1000, 3)]
    [InlineData("10%", 1000, 100)]
    [InlineData("10%", 3, 1)]
    [InlineData("100%", 7, 7)]
    public void A_budget_is_a_number_or_a_part_and_never_nothing(string text, int pipelines, int most)
    {
        UpdateBudget.TryParse(text, out var budget).ShouldBeTrue();
        budget.Of(pipelines).ShouldBe(most);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0%")]
    [InlineData("101%")]
    [InlineData("-1")]
    [InlineData("few")]
    [InlineData("")]
    public void Nonsense_is_no_budget(string text) => UpdateBudget.TryParse(text, out _).ShouldBeFalse();

    private static CustomObject Stored(string name, string image, string reason) => Pipelines.Stored(Pipelines.Pair, document =>
    {
        (document["metadata"]!["name"], document["metadata"]!["namespace"]) = (name, "media");
        document["status"] = System.Text.Json.Nodes.JsonNode.Parse(new PipelineStatus
        {
            SidecarImage = image,
            Conditions = [new() { Type = "SidecarsUpToDate", Status = "False", Reason = reason }]
        }.ToElement().GetRawText());
    });
}
