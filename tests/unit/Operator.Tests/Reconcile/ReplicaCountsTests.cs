using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Operator.Reconcile;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

/// <summary>How many replicas run where an edge pairs them.</summary>
public class ReplicaCountsTests
{
    [Fact]
    public void Both_ends_that_are_scaled_alike_run_as_asked() => Scaled(3, 3).ShouldBe((3, 3, ""));

    [Theory]
    [InlineData(3, 2, "operator 'source' was scaled to 3", "with those of 'sink', which has 2: 2 run until both are scaled to the same number")]
    [InlineData(1, 2, "operator 'sink' was scaled to 2", "with those of 'source', which has 1: 1 run until both are scaled to the same number")]
    public void A_scale_of_one_end_waits_for_the_other(int source, int sink, string who, string why)
    {
        var (sources, sinks, message) = Scaled(source, sink);
        sources.ShouldBe(Math.Min(source, sink));
        sinks.ShouldBe(sources);
        message.ShouldBe($"{who}, but edge source.video->sink.video pairs its replicas {why}");
    }

    private static (int Source, int Sink, string Message) Scaled(int source, int sink)
    {
        var accepted = Acceptance.Of(Pipelines.Stored(Pipelines.Partners)).Accepted!;
        var (graph, notices) = ReplicaCounts.Apply(accepted, [Of("source", source), Of("sink", sink)]);
        notices.ShouldAllBe(one => one.Reason == Reasons.ScaleRefused);
        return (graph.Operators[0].ReplicaCount, graph.Operators[1].ReplicaCount, string.Join("; ", notices.Select(one => one.Message)));
    }

    private static MediaOperator Of(string name, int replicas) => new()
    {
        ApiVersion = MediaOperator.ApiVersionValue,
        Kind = MediaOperator.KindValue,
        Metadata = new() { Name = $"partners-{name}", Namespace = "media" },
        Spec = new() { Pipeline = "partners", Operator = name, Replicas = replicas },
    };
}
