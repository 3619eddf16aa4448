using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Reconciling;
using K8sMediaFlow.Operator.Reconcile;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

public class OtherInstallationTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly List<string> _said = [];

    [Fact]
    public void A_pipeline_says_whose_it_is_whatever_else_is_wrong_with_it()
    {
        OtherInstallations.Of(Stored("night")).ShouldBe("night");
        OtherInstallations.Of(Pipelines.Stored(Pipelines.Pair)).ShouldBe("");
        OtherInstallations.Of(Pipelines.Stored(Pipelines.Pair,
            document => document["spec"] = new JsonObject { ["installation"] = 7, ["operators"] = "none" })).ShouldBe("");
        OtherInstallations.Of(new() { Spec = null }).ShouldBe("");
    }

    [Fact]
    public void What_nobody_takes_up_is_said_after_half_a_minute_and_what_somebody_has_is_not()
    {
        var others = new OtherInstallations("", (_, text) => _said.Add(text));
        others.Leave(Stored("nihgt"), "nihgt", Now).ShouldBe(Outcome.After(TimeSpan.FromSeconds(30)));
        _said.ShouldBeEmpty("the other installation may be about to");
        others.Leave(Stored("nihgt"), "nihgt", Now.AddSeconds(30)).ShouldBe(Outcome.Done);
        _said.ShouldBe(["the installation without a name leaves it to installation 'nihgt', which has not taken it up: see spec.installation"]);

        var taken = Stored("night") with
        {
            Status = JsonDocument.Parse("""{"conditions": [{"type": "Accepted", "status": "True"}]}""").RootElement,
        };
        others.Leave(taken, "night", Now.AddMinutes(5)).ShouldBe(Outcome.Done);
        others.Leave(Stored("night") with { Metadata = taken.Metadata! with { Uid = "another" } }, "night", Now.AddMinutes(5))
            .Again.ShouldNotBeNull("one made anew under the name is a new one");
        _said.Count.ShouldBe(1);
    }

    private static CustomObject Stored(string installation) =>
        Pipelines.Stored(Pipelines.Pair, document => document["spec"]!["installation"] = installation);
}
