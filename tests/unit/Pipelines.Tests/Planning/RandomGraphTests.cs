using System.Numerics;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Pipelines.Validation;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Pipelines.Tests.Planning;

/// <summary>Whatever sound graph is planned, the numbers of its plans agree with each other.</summary>
public sealed class RandomGraphTests
{
    [Fact]
    public void The_arithmetic_of_every_plan_holds()
    {
        var random = new Random(Seed.Take(nameof(The_arithmetic_of_every_plan_holds)));
        for (var i = 0; i < 200; i++)
        {
            var graph = RandomGraphs.Next(random);
            GraphRules.Check(graph).Where(one => one.Reason != GraphReason.MemoryExceeded).ShouldBeEmpty();
            Examine(PipelinePlanner.Draw(graph, Placement.Of(graph), new PlanVersion(0, i, 0), PlannerOptions.Default with
            {
                PodRegionBytesMax = long.MaxValue,
            }));
        }
    }

    private static void Examine(PipelinePlan plan)
    {
        foreach (var sidecar in plan.Sidecars)
        {
            PlanJson.TryParse(PlanJson.Write(sidecar), out _, out var error).ShouldBeTrue(error);
            foreach (var op in sidecar.Operators.Where(op => op.Outputs.Count > 0))
                ExamineRegion(plan, sidecar, op);
            foreach (var link in sidecar.Outbound)
                ExamineLink(plan, sidecar, link);
        }
        plan.Sidecars.Sum(one => one.Inbound.Count).ShouldBe(plan.Sidecars.Sum(one => one.Outbound.Count));
    }

    private static void ExamineRegion(PipelinePlan plan, SidecarPlan sidecar, MediaOperatorPlan op)
    {
        var sizing = plan.Regions.Single(region => region.Pod == sidecar.Pod && region.Owner == $"{op.Name}/{op.Replica}");
        op.RegionClasses.Sum(one => one.SizeBytes * one.Count).ShouldBe(sizing.BlockBytes);
        sizing.Windows.ShouldAllBe(window => window.Frames == window.Terms.Sum(term => term.Frames)
            && window.Terms.All(term => term.Frames > 0));
        // Even if every port spent its whole quota on envelopes, no payload block would be touched.
        op.RegionClasses[0].Count.ShouldBeGreaterThanOrEqualTo(op.Outputs.Sum(port => port.QuotaBlocks));
        foreach (var port in op.Outputs)
        {
            port.QuotaBlocks.ShouldBeGreaterThan(0);
            op.RegionClasses.ShouldContain(one => one.SizeBytes >= port.Caps.FrameBytes && one.Count * 2 >= port.QuotaBlocks);
            foreach (var edge in sidecar.Edges.Where(edge => port.Edges.Contains(edge.Name)))
                ExamineChannel(edge, port);
        }
    }

    private static void ExamineChannel(EdgePlan edge, OutputPortPlan port)
    {
        BitOperations.IsPow2(edge.ChannelCapacity).ShouldBeTrue();
        // Blocks run out before cells do, so a push that had a block never waits for a cell.
        edge.ChannelCapacity.ShouldBeGreaterThan(port.QuotaBlocks);
        edge.MaxBorrowed.ShouldBeLessThanOrEqualTo(edge.ChannelCapacity);
    }

    private static void ExamineLink(PipelinePlan plan, SidecarPlan sidecar, LinkPlan link)
    {
        var edge = sidecar.Edges.Single(one => one.Name == link.Edge);
        var peer = plan.Sidecars.Single(one => one.Pod == link.PeerPod)
            .Inbound.Single(one => one.Edge == link.Edge && one.PeerPod == sidecar.Pod);
        var quota = sidecar.Operators.First(op => op.Name == edge.From.Operator).Outputs.Single(port => port.Name == edge.From.Port)
            .QuotaBlocks;
        // A whole frame fits one block.
        peer.RegionClasses.ShouldHaveSingleItem()
            .SizeBytes.ShouldBeGreaterThanOrEqualTo(256 + BlockSizes.EnvelopeBytes + edge.FrameSizeBytes);
        // Before a reorder window, all that one producer can have on the way fits the region.
        if (edge.Order == FrameOrder.BySequence)
            (peer.RegionClasses[0].Count * 2).ShouldBeGreaterThanOrEqualTo(quota);
    }
}
