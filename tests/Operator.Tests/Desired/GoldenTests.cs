using System.Runtime.CompilerServices;

namespace K8sMediaFlow.Operator.Tests.Desired;

/// <summary>What is rendered for each server version stands in files: a change of it is seen in review. REWRITE_GOLDEN=1 writes them anew.</summary>
public class GoldenTests
{
    [Theory]
    [InlineData("live", 20)]
    [InlineData("live", 29)]
    [InlineData("pair", 31)]
    [InlineData("pair", 34)]
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

    private static string Json(string pipeline) => pipeline switch { "live" => Pipelines.Live, "huge" => Pipelines.Huge, "device" => Pipelines.Device, "claim" => Pipelines.Claim, _ => Pipelines.Pair };

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "Golden");
}
