using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Validation;
using static K8sMediaFlow.Pipelines.Tests.Graph.Graphs;

namespace K8sMediaFlow.Pipelines.Tests.Graph;

public sealed class WarningTests
{
    [Fact]
    public void An_output_that_goes_nowhere_is_mentioned() => Warned(
        Highlights().WithOperator(3, node => node with { Outputs = [new("video")] }), GraphReason.OutputNotConnected,
            "spec.operators[3].outputs[0]");

    [Fact]
    public void A_parallel_stage_without_restored_order_is_mentioned() => Warned(
        Highlights().WithEdge(1, edge => edge with { Order = FrameOrder.Arrival }), GraphReason.OutOfOrder, "spec.edges[1].order");

    [Fact]
    public void Work_done_twice_is_mentioned() => Warned(
        Highlights().WithEdge(0, edge => edge with { Distribution = Distribution.Broadcast }), GraphReason.DuplicateWork,
            "spec.edges[0].distribution");

    [Fact]
    public void A_replicated_source_is_mentioned() => Warned(
        Highlights().WithOperator(0, node => node with { Replicas = 2 }), GraphReason.DuplicateWork, "spec.operators[0].replicas");

    [Fact]
    public void A_join_that_is_dealt_out_is_mentioned() => Warned(
        Highlights().WithOperator(3, node => node with { Replicas = 2 }), GraphReason.JoinAcrossReplicas, "spec.operators[3].replicas");

    [Fact]
    public void A_fork_whose_shorter_arm_cannot_wait_for_the_longer_one_is_mentioned() => Warned(
        Highlights().WithOperator(0, node => node with
        {
            Outputs = [new("video", new(new VideoCaps(1920, 1080, "yuv420p", new Rational(1, 2)))), new("audio", Audio)],
        }),
        GraphReason.ShortArm, "spec.edges");

    private static void Warned(PipelineGraph graph, GraphReason reason, string path)
    {
        GraphRules.Check(graph).ShouldBeEmpty();
        GraphRules.Warnings(graph)
            .ShouldContain(one => one.Reason == reason && one.Path == path, string.Join('\n', GraphRules.Warnings(graph)));
    }
}
