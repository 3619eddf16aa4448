using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Validation;
using static K8sMediaFlow.Pipelines.Tests.Graph.Graphs;

namespace K8sMediaFlow.Pipelines.Tests.Graph;

/// <summary>Block classes that a user may not choose, each with the place and the words that say why.</summary>
public sealed class BlockRulesTests
{
    [Theory]
    [InlineData(8192, 10, "spec.staging.blockClasses[0].size",
        "a block of 8192 bytes is not between 16.0 KiB, which an envelope takes, and 1.0 GiB")]
    [InlineData((1L << 30) + 4096, 10, "spec.staging.blockClasses[0].size", "a block of 1073745920 bytes is not between")]
    [InlineData(3_110_400, 10, "spec.staging.blockClasses[0].size", "a block of 3110400 bytes is no multiple of 4096")]
    [InlineData(1 << 20, 0, "spec.staging.blockClasses[0].count", "0 blocks are not between 1 and 4096")]
    [InlineData(1 << 20, 4097, "spec.staging.blockClasses[0].count", "4097 blocks are not between 1 and 4096")]
    public void A_class_that_cannot_be_is_refused(long sizeBytes, int count, string field, string message) =>
        GraphRulesTests.Refused(With(new BlockClassPlan(sizeBytes, count)), GraphReason.OutOfBounds, field, message);

    [Fact]
    public void Two_classes_of_one_size_are_refused() => GraphRulesTests.Refused(With(new(1 << 20, 4), new(4 << 20, 4), new(1 << 20, 8)),
        GraphReason.Contradiction, "spec.staging.blockClasses[2].size", "there is a class of 1.0 MiB already");

    [Fact]
    public void More_classes_than_a_region_may_have_are_refused() =>
        GraphRulesTests.Refused(With([.. Enumerable.Range(1, 9).Select(i => new BlockClassPlan(i << 20, 1))]),
        GraphReason.OutOfBounds, "spec.staging.blockClasses", "9 block classes are more than the 8");

    [Fact]
    public void More_blocks_than_may_be_under_way_are_refused() => GraphRulesTests.Refused(With(new(1 << 20, 4096), new(4 << 20, 1)),
        GraphReason.OutOfBounds, "spec.staging.blockClasses", "4097 blocks in all classes together are more than 4096");

    [Fact]
    public void Blocks_that_no_frame_fits_are_refused_with_the_size_that_it_needs() =>
        GraphRulesTests.Refused(With(new(16 << 10, 2048), new(1 << 20, 512)),
        GraphReason.OutOfBounds, "spec.staging.blockClasses",
            "blocks of 3.0 MiB (3112960 bytes) or more, and there are 0, for decode/0: decode.video: 2 being written by decode");

    [Fact]
    public void A_block_for_the_payload_alone_holds_no_frame_that_came_by_a_link() =>
        GraphRulesTests.Refused(With(new(16 << 10, 2048), new(3_112_960, 512)),
        GraphReason.OutOfBounds, "spec.staging.blockClasses",
            "blocks of 3.0 MiB (3129344 bytes) or more, and there are 0, for link decode.video->analyse.video");

    [Fact]
    public void Fewer_blocks_than_frames_need_to_move_are_refused_with_the_number() =>
        GraphRulesTests.Refused(With(new(32 << 10, 2048), new(4 << 20, 5)),
        GraphReason.OutOfBounds, "spec.staging.blockClasses", "and there are 5, for decode/0");

    [Fact]
    public void Blocks_that_are_more_than_a_pod_may_have_are_refused_with_their_sum() =>
        GraphRulesTests.Refused(With(new(32 << 10, 2048), new(4 << 20, 1500)),
        GraphReason.MemoryExceeded, "spec", "pod highlights-studio-0 needs 23.7 GiB for frames, more than 8.0 GiB");

    [Fact]
    public void Blocks_that_fit_are_accepted() => GraphRules.Check(With(new(32 << 10, 1024), new(4 << 20, 64))).ShouldBeEmpty();

    [Fact]
    public void Huge_pages_count_whole_in_the_sum_of_a_pod() => GraphRulesTests.Refused(Highlights().With(6) with
    {
        Staging = new() { HugePages = HugePages.Size1Gi },
    },
        GraphReason.MemoryExceeded, "spec", "pod highlights-studio-0 needs 9.0 GiB for frames, more than 8.0 GiB: analyse/0: 1.0 GiB for");

    [Fact]
    public void Of_a_pod_that_needs_too_much_the_largest_regions_are_named_and_the_others_counted()
    {
        var graph = Highlights().With(40) with { Staging = new() { HugePages = HugePages.Size1Gi } };
        var message = GraphRules.Check(graph).First(one => one.Reason == GraphReason.MemoryExceeded).Message;
        message.ShouldMatch(@"more than 8\.0 GiB: [^;]+; [^;]+; [^;]+; [^;]+; and \d+ more$");
    }

    [Fact]
    public void Huge_pages_that_fit_are_accepted() =>
        GraphRules.Check(Highlights() with { Staging = new() { HugePages = HugePages.Size2Mi } }).ShouldBeEmpty();

    private static PipelineGraph With(params BlockClassPlan[] classes) => Highlights() with { Staging = new() { BlockClasses = classes } };
}

file static class Replicas
{
    internal static PipelineGraph With(this PipelineGraph graph, int analysers) => graph.WithOperator(1, node => node with
    {
        Replicas = analysers,
    });
}
