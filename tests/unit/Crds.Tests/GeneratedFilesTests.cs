using K8sMediaFlow.Crds.Generator;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Crds.Tests;

/// <summary>Definitions, the chart's copies and the page of fields are what the types give today.</summary>
public sealed class GeneratedFilesTests
{
    public static TheoryData<string> Paths => [.. GeneratedFiles.All().Select(file => file.Path)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_generated_file_is_current(string path) =>
        File.ReadAllText(Path.Combine(Sources.Root, path))
            .ShouldBe(GeneratedFiles.All().Single(file => file.Path == path).Text, "run scripts/generate.sh");

    [Fact]
    public void No_generated_definition_is_too_large_for_a_client_side_apply() =>
        GeneratedFiles.All().Where(file => file.Path.StartsWith("config/", StringComparison.Ordinal))
            .ShouldAllBe(file => file.Text.Length < 256 << 10);
}
