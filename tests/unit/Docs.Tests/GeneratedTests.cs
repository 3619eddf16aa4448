using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Docs.Tests;

/// <summary>What is drawn by a program is what it would draw today.</summary>
public sealed class GeneratedTests
{
    [Fact]
    public void The_diagram_of_rooms_is_the_one_of_their_table() =>
        Tool.Run("python3", ["-B", "scripts/room-diagram.py", "--check"], folder: Sources.Root);

    [Fact]
    public void The_picture_of_the_sample_is_the_one_that_plan_draws()
    {
        var golden = Directory.GetFiles(Path.Combine(Sources.Root, "tests"), "highlights.svg", SearchOption.AllDirectories)
            .Single(path => Path.GetFileName(Path.GetDirectoryName(path)) == "Golden" && !path.Contains("/bin/", StringComparison.Ordinal));
        var picture = Path.Combine(Sources.Root, "docs/images/highlights.svg");
        File.ReadAllText(picture).ShouldBe(File.ReadAllText(golden));
    }
}
