using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Validation;

namespace K8sMediaFlow.Crds.Tests;

public sealed class PipelineGraphMapperTests
{
    private static readonly PipelineGraph Graph = PipelineGraphMapper.Map(MediaPipelineReader.Read(Documents.Small(), out _)!);

    [Fact]
    public void Every_part_of_the_document_is_in_the_graph()
    {
        (Graph.Namespace, Graph.Name, Graph.Transport).ShouldBe(("default", "small", Transport.Tcp));
        Graph.Operators.Select(node => node.ReplicaCount).ShouldBe([1, 2]);
        Graph.Operators[0].Outputs[0].Caps!.Video!.FrameRate.ShouldBe(new Rational(30000, 1001));
        Graph.Operators[0].VolumeMounts.ShouldBe([new VolumeMount("media", "/media")]);
        Graph.Edges[0].Name.ShouldBe("generate.video->sink.video");
        Graph.Edges[0].Distribution.ShouldBe(Distribution.Broadcast);
        Graph.Edges[0].Retain.ShouldBe(new Retention(null, 512 << 20, null));
        Graph.Volumes.ShouldBe([new GraphVolume("media", "emptyDir")]);
    }

    [Fact]
    public void An_end_that_is_no_port_keeps_its_text_for_the_rule_that_refuses_it()
    {
        var document = Documents.Small();
        document["spec"]!["edges"]![0]!["from"] = "generate.video.left";
        var graph = PipelineGraphMapper.Map(MediaPipelineReader.Read(document, out _)!);
        GraphRules.Check(graph)
            .ShouldContain(one => one.Reason == GraphReason.BadReference
            && one.Message.Contains("generate.video.left", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_sources_of_one_volume_are_refused_by_the_rules()
    {
        var document = Documents.Small();
        document["spec"]!["volumes"]![0]!["secret"] = new System.Text.Json.Nodes.JsonObject();
        var graph = PipelineGraphMapper.Map(MediaPipelineReader.Read(document, out _)!);
        GraphRules.Check(graph)
            .ShouldContain(one => one.Reason == GraphReason.BadVolume
            && one.Message.Contains("emptyDir and secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("512Mi", 512L << 20)]
    [InlineData("2G", 2_000_000_000)]
    [InlineData("1.5Gi", 3L << 29)]
    [InlineData("1e3", 1000)]
    [InlineData("1500m", 2)]
    public void A_quantity_is_read_as_Kubernetes_reads_it(string text, long bytes)
    {
        Quantity.TryParse(text, out var quantity).ShouldBeTrue();
        quantity.Bytes.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Mi")]
    [InlineData("-1")]
    [InlineData("1.5.5Gi")]
    [InlineData("1e99")]
    [InlineData("99999999999Ti")]
    public void What_is_no_quantity_is_refused(string text) => Quantity.TryParse(text, out _).ShouldBeFalse();
}
