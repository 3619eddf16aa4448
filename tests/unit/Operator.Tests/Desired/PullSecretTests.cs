using System.Text.Json.Nodes;
using K8sMediaFlow.Operator.Desired;

namespace K8sMediaFlow.Operator.Tests.Desired;

/// <summary>A pod's secrets serve all of its images, and the sidecar's is one of them.</summary>
public class PullSecretTests
{
    [Fact]
    public void A_pod_has_the_secrets_of_the_installation_of_the_sidecar_and_of_its_media_operators_each_once()
    {
        var input = Rendering.Input(Pipelines.Pair, 31, document =>
        {
            document["spec"]!["sidecar"] = JsonNode.Parse("""{"imagePullSecrets": [{"name": "team"}, {"name": "both"}]}""");
            document["spec"]!["operators"]![1]!["imagePullSecrets"] = JsonNode.Parse("""[{"name": "both"}, {"name": "own"}]""");
        });
        Secrets(input with { Settings = input.Settings with { SidecarImagePullSecrets = ["installation"] } })
            .ShouldBe(["installation team both", "installation team both own"]);
        Secrets(input).ShouldBe(["team both", "team both own"]);
        Rendering.Render(Rendering.Input(Pipelines.Pair, 31)).Pods.ShouldAllBe(pod => pod.Spec!.ImagePullSecrets == null);
    }

    [Fact]
    public void Another_secret_of_the_installation_restarts_nothing_and_one_of_the_pipeline_does()
    {
        var input = Rendering.Input(Pipelines.Pair, 31);
        var parts = (input with { Settings = input.Settings with { SidecarImagePullSecrets = ["installation"] } }).Parts(input.Units[0]);
        TemplateHash.Of(parts, input.Units[0].Slots[0]).ShouldBe(TemplateHash.Of(input.Parts(input.Units[0]), input.Units[0].Slots[0]));
        var named = Rendering.Input(Pipelines.Pair, 31,
            document => document["spec"]!["sidecar"] = JsonNode.Parse("""{"imagePullSecrets": [{"name": "team"}]}"""));
        TemplateHash.Of(named.Parts(named.Units[0]), named.Units[0].Slots[0]).ShouldNotBe(TemplateHash.Of(parts, input.Units[0].Slots[0]));
    }

    private static IEnumerable<string> Secrets(RenderInput input) =>
        Rendering.Render(input).Pods.Select(pod => string.Join(' ', pod.Spec!.ImagePullSecrets!.Select(one => one.Name)));
}
