using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.TestKit;
using static K8sMediaFlow.Pipelines.Tests.Graph.Graphs;

namespace K8sMediaFlow.Pipelines.Tests.Planning;

/// <summary>Plans over blocks that the user chose.</summary>
public sealed class ChosenBlockTests
{
    private const int Small = 32 << 10, Large = 4 << 20;

    [Fact]
    public void A_region_takes_the_classes_that_its_frames_can_use()
    {
        var plan = Draw(With(new(Large, 64), new(Small, 1024), new(64 << 20, 4)));
        plan.Sidecars[0].Operators[0].RegionClasses.ShouldBe([new(Small, 1024), new(Large, 64)]);
        plan.Sidecars[1].Inbound.Select(link => link.RegionClasses.ShouldHaveSingleItem()).ShouldBe([new(Large, 64), new(Small, 1024)]);
    }

    [Fact]
    public void More_blocks_let_more_frames_be_under_way_up_to_the_last_block()
    {
        var (few, many) = (Draw(With(new(Small, 2048), new(Large, 32))), Draw(With(new(Small, 2048), new(Large, 64))));
        Frames(many, "decode.video").ShouldBeGreaterThan(Frames(few, "decode.video"));
        Frames(many, "decode.video").ShouldBeInRange(56, 64);
        few.Regions[0].Windows[0].Terms.ShouldContain(term => term.Reason == "that blockClasses has room for");
    }

    [Fact]
    public void Fewer_blocks_than_the_planner_would_take_are_enough_to_move()
    {
        var least = Draw(With(new(Small, 1024), new(Large, 30)));
        Frames(least, "decode.video").ShouldBeLessThan(Frames(Draw(Highlights()), "decode.video"));
        least.Regions.Sum(region => region.MemoryBytes).ShouldBeLessThan(Draw(Highlights()).Regions.Sum(region => region.MemoryBytes) * 2);
    }

    [Fact]
    public void The_sound_still_waits_as_long_as_the_picture_takes()
    {
        var plan = Draw(With(new(Small, 2048), new(Large, 64)));
        (Frames(plan, "decode.audio") / Audio.FramesPerSecond).ShouldBeGreaterThan(Frames(plan, "decode.video") / Video.FramesPerSecond);
    }

    /// <summary>
    /// Whatever sound graph and whatever blocks: they are refused by name, or every number of the plans agrees with them.
    /// </summary>
    [Fact]
    public void Chosen_blocks_either_hold_all_windows_or_are_refused()
    {
        var random = new Random(Seed.Take(nameof(Chosen_blocks_either_hold_all_windows_or_are_refused)));
        var (drawn, refused) = (0, 0);
        for (var i = 0; i < 300; i++)
        {
            var graph = RandomGraphs.Next(random) with { Staging = new() { BlockClasses = Classes(random) } };
            try
            {
                Examine(PipelinePlanner.Draw(graph, Placement.Of(graph), default,
                    PlannerOptions.Default with { PodRegionBytesMax = long.MaxValue }), graph);
                drawn++;
            }
            catch (PlanRefusedException no)
            {
                no.Violations.ShouldAllBe(one => one.Path == "spec.staging.blockClasses" && one.Reason == GraphReason.OutOfBounds);
                refused++;
            }
        }
        drawn.ShouldBeGreaterThan(20);
        refused.ShouldBeGreaterThan(20);
    }

    private static void Examine(PipelinePlan plan, PipelineGraph graph)
    {
        foreach (var sidecar in plan.Sidecars)
        {
            PlanJson.TryParse(PlanJson.Write(sidecar), out _, out var error).ShouldBeTrue(error);
            sidecar.Operators.SelectMany(one => one.RegionClasses).Concat(sidecar.Inbound.SelectMany(link => link.RegionClasses))
                .ShouldAllBe(one => graph.Staging.BlockClasses.Contains(one));
            foreach (var op in sidecar.Operators.Where(one => one.Outputs.Count > 0))
                Examine(op);
        }
        foreach (var edge in plan.Edges)
            edge.ChannelCapacity.ShouldBeGreaterThan(plan.Sidecars.SelectMany(one => one.Operators)
                .First(one => one.Name == edge.From.Operator).Outputs.First(port => port.Name == edge.From.Port).QuotaBlocks);
        foreach (var link in plan.Sidecars.SelectMany(one => one.Inbound))
            Examine(plan, link);
    }

    // All envelopes that quotas allow, and with them a payload block for every second one: the blocks are there, each large enough.
    private static void Examine(MediaOperatorPlan op)
    {
        BlockClasses.CountFrom(op.RegionClasses, BlockSizes.EnvelopeBytes)
            .ShouldBeGreaterThanOrEqualTo(op.Outputs.Sum(port => port.QuotaBlocks));
        foreach (var port in op.Outputs)
            BlockClasses.CountFrom(op.RegionClasses, BlockSizes.Payload(port.Caps.FrameBytes))
                .ShouldBeGreaterThanOrEqualTo(port.QuotaBlocks / 2);
    }

    private static void Examine(PipelinePlan plan, LinkPlan link)
    {
        var edge = plan.Edges.Single(one => one.Name == link.Edge);
        var landing = link.RegionClasses.ShouldHaveSingleItem();
        landing.SizeBytes.ShouldBeGreaterThanOrEqualTo(BlockSizes.Landing(edge.FrameSizeBytes));
        var quota = plan.Sidecars.SelectMany(one => one.Operators).First(one => one.Name == edge.From.Operator)
            .Outputs.Single(port => port.Name == edge.From.Port).QuotaBlocks;
        if (edge.Order == FrameOrder.BySequence)
            (landing.Count * 2).ShouldBeGreaterThanOrEqualTo(quota);
    }

    private static List<BlockClassPlan> Classes(Random random) =>
    [
        new(Small, random.Next(20, 3000)),
        .. Enumerable.Range(0, random.Next(1, 4))
            .Select(i => new BlockClassPlan((random.Next(1, 16) << 20) + ((i + 1) * 4096L), random.Next(1, 300)))
            .DistinctBy(one => one.SizeBytes),
    ];

    private static PipelineGraph With(params BlockClassPlan[] classes) => Highlights() with { Staging = new() { BlockClasses = classes } };

    private static PipelinePlan Draw(PipelineGraph graph) => PipelinePlanner.Draw(graph, Placement.Of(graph), default);

    private static int Frames(PipelinePlan plan, string port) =>
        plan.Regions.SelectMany(region => region.Windows).First(window => window.Port == port).Frames;
}
