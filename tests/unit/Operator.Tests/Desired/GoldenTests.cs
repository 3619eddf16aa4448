using System.Runtime.CompilerServices;
using K8sMediaFlow.Operator.Desired;

namespace K8sMediaFlow.Operator.Tests.Desired;

/// <summary>
/// What is rendered for each server version stands in files: a change of it is seen in review. REWRITE_GOLDEN=1 writes them anew.
/// </summary>
public class GoldenTests
{
    [Theory]
    [InlineData("live", 20)]
    [InlineData("live", 29)]
    [InlineData("pair", 31)]
    [InlineData("pair", 34)]
    [InlineData("partners", 31)]
    [InlineData("huge", 31)]
    [InlineData("device", 20)]
    [InlineData("device", 31)]
    [InlineData("claim", 34)]
    public void What_is_rendered_is_what_stands_in_the_file(string pipeline, int minor)
    {
        var text = Rendering.Text(Rendering.Input(Json(pipeline), minor) with { RequestsRdma = pipeline is "device" or "claim" });
        var path = Path.Combine(Folder(), $"{pipeline}-1.{minor}.txt");
        if (Environment.GetEnvironmentVariable("REWRITE_GOLDEN") == "1")
            File.WriteAllText(path, text);
        text.ShouldBe(File.ReadAllText(path));
    }

    [Fact]
    public void The_same_input_renders_the_same_bytes() =>
        Rendering.Text(Rendering.Input(Pipelines.Live, 31)).ShouldBe(Rendering.Text(Rendering.Input(Pipelines.Live, 31)));

    [Fact]
    public void A_sidecar_image_from_before_is_not_asked_by_a_command_that_it_may_not_know()
    {
        var input = Rendering.Input(Pipelines.Pair, 31);
        string Probe(RenderInput of) =>
            System.Text.Json.JsonSerializer.Serialize(Rendering.Render(of).Pods[0].Spec!.InitContainers![0].StartupProbe);
        Probe(input).ShouldContain("await");
        Probe(input with { SidecarImage = "registry.example/sidecar:0" }).ShouldNotContain("await");
    }

    private static string Json(string pipeline) =>
        pipeline switch
        {
            "live" => Pipelines.Live,
            "huge" => Pipelines.Huge,
            "partners" => Pipelines.Partners,
            "device" => Pipelines.Device,
            "claim" => Pipelines.Claim,
            _ => Pipelines.Pair
        };

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "Golden");
}
