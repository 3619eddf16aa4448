using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Validation;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Crds.Tests;

/// <summary>The documents and the samples say what is true today.</summary>
public sealed class GuideTests
{
    [Fact]
    public void Every_reason_of_a_rule_is_explained()
    {
        var page = Read("docs/how-to/troubleshoot.md");
        Enum.GetNames<GraphReason>().Where(reason => !page.Contains($"`{reason}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    public static TheoryData<string> Documents =>
        [.. Directory.GetFiles(Path.Combine(Sources.Root, "config", "samples"), "*.yaml")
            .Select(path => Path.GetRelativePath(Sources.Root, path)), "docs/tutorial/first-pipeline.md"];

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_pipeline_that_is_shown_keeps_the_rules(string path)
    {
        foreach (var document in YamlDocuments.Parse(path.EndsWith(".md", StringComparison.Ordinal)
            ? FirstExample(Read(path))
            : Read(path)))
        {
            var pipeline = MediaPipelineReader.Read(document, out var faults).ShouldNotBeNull(string.Join('\n', faults));
            GraphRules.Check(PipelineGraphMapper.Map(pipeline)).ShouldBeEmpty();
        }
    }

    [Fact]
    public void The_pipeline_of_the_RDMA_page_is_one_that_a_cluster_accepts_in_each_form_that_the_page_names()
    {
        var example = Read("docs/how-to/rdma.md").Split("```yaml\n")
            .Single(part => part.Contains("kind: MediaPipeline", StringComparison.Ordinal)).Split("```")[0];
        var claim = example.Replace("resourceName: rdma/hca_shared_devices_a ", "resourceClaimTemplateName: rdma-nic #",
            StringComparison.Ordinal).Replace("transport: Auto", "transport: RDMA", StringComparison.Ordinal);
        claim.ShouldNotBe(example);
        foreach (var document in YamlDocuments.Parse(example).Concat(YamlDocuments.Parse(claim)))
            GraphRules.CheckForCluster(PipelineGraphMapper.Map(MediaPipelineReader.Read(document, out var faults)
                .ShouldNotBeNull(string.Join('\n', faults)))).ShouldBeEmpty();
    }

    [Fact]
    public void Every_obstacle_of_a_device_stands_in_the_RDMA_page_with_what_to_do()
    {
        var page = Read("docs/how-to/rdma.md");
        foreach (var obstacle in new[]
        {
            "LibraryMissing",
            "NoDevice",
            "DeviceBusy",
            "PortDown",
            "NoRoceV2Gid",
            "MemlockLimited",
            "MtuMismatch",
            "ResourceMissing",
            "NetworkAddressMissing",
        })
            page.ShouldContain($"`{obstacle}`");
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Sources.Root, path));

    private static string FirstExample(string page) => page.Split("```yaml\n")[1].Split("```")[0];
}
